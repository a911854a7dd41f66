package dev.gitmemory.testing;

import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.TestExecutionResult.Status;
import org.junit.platform.engine.support.descriptor.ClassSource;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;

/** Names at the end of a run every test that did not run, and why: a count alone hides what was not proven. */
public final class SkippedTests implements TestExecutionListener {

    private final Map<String, String> skipped = new ConcurrentSkipListMap<>();

    @Override
    public void executionSkipped(TestIdentifier test, String reason) {
        skipped.put(nameOf(test), reason);
    }

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        if (result.getStatus() == Status.ABORTED) {
            skipped.put(
                    nameOf(test),
                    result.getThrowable().map(Throwable::getMessage).orElse("aborted"));
        }
    }

    @Override
    public void testPlanExecutionFinished(TestPlan plan) {
        skipped.forEach((name, reason) -> System.out.println("NOT RUN: " + name + ": " + reason));
        skipped.clear();
    }

    private static String nameOf(TestIdentifier test) {
        return test.getSource()
                .map(source -> {
                    if (source instanceof MethodSource method) {
                        return method.getClassName() + "." + method.getMethodName();
                    }
                    return source instanceof ClassSource type ? type.getClassName() : test.getDisplayName();
                })
                .orElse(test.getDisplayName());
    }
}
