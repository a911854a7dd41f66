package dev.gitmemory.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DatabaseErrorsTest {

    @ParameterizedTest
    @CsvSource({
        "42703, column b.description does not exist, true",
        "42501, permission denied for table block, true",
        "55000, cannot use PL/Java before successfully completing its setup, true",
        "46103, No such class, true",
        "55000, cannot set transaction read-write mode, false",
        "57014, canceling statement due to statement timeout, false",
        "42601, syntax error, false"
    })
    void aDatabaseThatIsNotAsItHasToBeIsToldFromAStatementThatFailed(String state, String message, boolean isUnfit) {
        assertThat(DatabaseErrors.isUnfit(state, message)).isEqualTo(isUnfit);
    }
}
