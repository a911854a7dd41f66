package dev.gitmemory.block;

/**
 * A rule of the domain was broken: a value over its limit, a label that git can't hold, front matter of a wrong type.
 *
 * <p>The message is public text: it says what was wrong and what is allowed, and may be shown to whoever sent the data.
 * Nothing was changed when it is thrown.
 */
public class RuleViolation extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String field;
    private final String message;

    /**
     * A violation of one field's rule.
     *
     * @param field the field that broke the rule, as the file format spells it: {@code label}, {@code value},
     *     {@code description}, {@code limit}, {@code read_only}, {@code metadata}, or {@code front matter} when it is
     *     the block of fields as a whole
     * @param message a full sentence that names the field
     */
    public RuleViolation(String field, String message) {
        super(message);
        this.field = field;
        this.message = message;
    }

    /** The field that broke the rule, as the file format spells it. */
    public final String field() {
        return field;
    }

    /** What was wrong and what is allowed. */
    @Override
    public final String getMessage() {
        return message;
    }
}
