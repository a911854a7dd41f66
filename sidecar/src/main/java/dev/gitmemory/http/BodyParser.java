package dev.gitmemory.http;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonStreamContext;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.util.JsonParserDelegate;
import dev.gitmemory.block.RuleViolation;
import dev.gitmemory.block.Text;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/**
 * Reads a request's body and refuses, wherever it stands, what is legal JSON and can be neither stored nor computed: a NUL,
 * half of a surrogate pair, and a number with an enormous exponent. What is refused is named by the field of the body that
 * it stands in.
 */
final class BodyParser extends JsonParserDelegate {

    /** Far beyond the numbers of PostgreSQL, and well within those of {@link BigDecimal}. */
    static final int MAX_EXPONENT = 1_000_000;

    private @Nullable String field;

    BodyParser(JsonParser body) {
        super(body);
    }

    @Override
    public @Nullable JsonToken nextToken() throws IOException {
        JsonToken token = next();
        if (token == JsonToken.FIELD_NAME) {
            name(currentName());
        } else if (token == JsonToken.VALUE_STRING && field != null) {
            Text.requireStorable(field, getText());
        } else if (token == JsonToken.VALUE_NUMBER_FLOAT) {
            requireExponent(getText());
        }
        return token;
    }

    /** The parser takes half of a pair for bad JSON where it stands in a key; it is what it is in any other text. */
    private @Nullable JsonToken next() throws IOException {
        try {
            return super.nextToken();
        } catch (JsonParseException e) {
            if (!e.getOriginalMessage().contains("surrogate")) {
                throw e;
            }
            String within = isFieldOfTheBody() ? null : field;
            throw RequestException.rule(
                    within,
                    "%s holds half of a surrogate pair, which is not valid Unicode"
                            .formatted(within == null ? "A field's name" : "A key of " + within));
        }
    }

    private boolean isFieldOfTheBody() {
        JsonStreamContext parent = getParsingContext().getParent();
        return parent == null || parent.inRoot();
    }

    private void name(String name) {
        if (!isFieldOfTheBody() && field != null) {
            Text.requireStorable(field, name);
            return;
        }
        try {
            Text.requireStorable("A field's name", name);
        } catch (RuleViolation e) {
            throw RequestException.rule(null, e.getMessage()); // a name that can't be told
        }
        field = name;
    }

    private void requireExponent(String number) {
        int e = Math.max(number.indexOf('e'), number.indexOf('E'));
        if (e >= 0 && new BigInteger(number.substring(e + 1)).abs().compareTo(BigInteger.valueOf(MAX_EXPONENT)) > 0) {
            String shown = number.length() > 40 ? number.substring(0, 40) + "…" : number;
            throw RequestException.rule(
                    field,
                    "%s holds the number %s; its exponent may be %d at most"
                            .formatted(field == null ? "The body" : field, shown, MAX_EXPONENT));
        }
    }
}
