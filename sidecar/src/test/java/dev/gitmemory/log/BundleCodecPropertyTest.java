package dev.gitmemory.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.eclipse.jgit.lib.ObjectId;

final class BundleCodecPropertyTest {

    /** What goes into a bundle. */
    record Content(BundleHeader header, List<byte[]> objects, List<Integer> types) {

        List<NewObject> newObjects() {
            List<NewObject> all = new ArrayList<>();
            for (int i = 0; i < objects.size(); i++) {
                all.add(NewObject.of(types.get(i), objects.get(i)));
            }
            return all;
        }
    }

    @Property
    void whatIsEncodedIsDecoded(@ForAll("contents") Content content) throws Exception {
        Bundle encoded = BundleCodec.encode(content.header(), content.newObjects());

        Bundle decoded = BundleCodec.decode(encoded.bytes());

        assertThat(decoded.header()).isEqualTo(content.header());
        assertThat(read(decoded)).isEqualTo(read(encoded)).isEqualTo(expected(content));
    }

    @Property
    void theSameContentGivesTheSameBytes(@ForAll("contents") Content content) throws Exception {
        assertThat(BundleCodec.encode(content.header(), content.newObjects()).bytes())
                .isEqualTo(BundleCodec.encode(content.header(), content.newObjects())
                        .bytes());
    }

    @Property
    void aBundleCutShortIsRefused(@ForAll("contents") Content content, @ForAll @DoubleRange(min = 0, max = 1) double at)
            throws Exception {
        byte[] whole =
                BundleCodec.encode(content.header(), content.newObjects()).bytes();
        byte[] cut = Arrays.copyOf(whole, (int) (at * (whole.length - 1)));

        assertThatThrownBy(() -> BundleCodec.decode(cut)).isInstanceOf(MalformedBundleException.class);
    }

    @Property
    void aBundleWithSomethingBehindItIsRefused(@ForAll("contents") Content content, @ForAll byte[] tail)
            throws Exception {
        byte[] whole =
                BundleCodec.encode(content.header(), content.newObjects()).bytes();
        byte[] longer = Arrays.copyOf(whole, whole.length + tail.length + 1);
        System.arraycopy(tail, 0, longer, whole.length, tail.length);

        assertThatThrownBy(() -> BundleCodec.decode(longer)).isInstanceOf(MalformedBundleException.class);
    }

    @Property
    void aFlippedBitIsNoticedOrChangesOnlyTheHeader(
            @ForAll("contents") Content content,
            @ForAll @DoubleRange(min = 0, max = 1) double at,
            @ForAll @IntRange(max = 7) int bit)
            throws Exception {
        Bundle whole = BundleCodec.encode(content.header(), content.newObjects());
        byte[] damaged = whole.bytes().clone();
        damaged[(int) (at * (damaged.length - 1))] ^= (byte) (1 << bit);

        // What remains of the header is covered by the chain, see ChainLink and LogCorruptionTest.
        try {
            Bundle decoded = BundleCodec.decode(damaged);
            assertThat(decoded.header()).isNotEqualTo(whole.header());
            assertThat(read(decoded)).isEqualTo(expected(content));
        } catch (MalformedBundleException e) {
            assertThat(e.getMessage()).isNotBlank();
        }
    }

    private static List<List<Object>> expected(Content content) throws Exception {
        List<List<Object>> all = new ArrayList<>();
        for (NewObject object : content.newObjects()) {
            all.add(List.of(object.id(), object.type(), asList(object.data())));
        }
        return all;
    }

    private static List<List<Object>> read(Bundle bundle) throws IOException {
        List<List<Object>> all = new ArrayList<>();
        for (LoggedObject object : bundle.objects()) {
            assertThat(object.data()).hasSize(object.size());
            all.add(List.of(object.copy(), object.type(), asList(object.data())));
        }
        return all;
    }

    private static List<Byte> asList(byte[] bytes) {
        List<Byte> list = new ArrayList<>();
        for (byte b : bytes) {
            list.add(b);
        }
        return list;
    }

    @Provide
    Arbitrary<Content> contents() {
        Arbitrary<byte[]> small = Arbitraries.bytes().array(byte[].class).ofMaxSize(40);
        // Sizes around the borders of the object header's size field, and repetitive ones that deflate well.
        Arbitrary<byte[]> big = Arbitraries.of(0, 1, 15, 16, 17, 2047, 2048, 2049, 70_000)
                .map(size -> {
                    byte[] bytes = new byte[size];
                    Arrays.fill(bytes, (byte) 'x');
                    return bytes;
                });
        Arbitrary<List<byte[]>> objects = Arbitraries.oneOf(small, big).list().ofMaxSize(6);
        Arbitrary<List<Integer>> types =
                Arbitraries.integers().between(1, 4).list().ofSize(6);
        return Combinators.combine(headers(), objects, types).as(Content::new);
    }

    private static Arbitrary<BundleHeader> headers() {
        Arbitrary<ObjectId> ids =
                Arbitraries.bytes().array(byte[].class).ofSize(20).map(ObjectId::fromRaw);
        Arbitrary<SortedSet<ObjectId>> prerequisites = ids.list().ofMaxSize(3).map(TreeSet::new);
        Arbitrary<String> comments =
                Arbitraries.strings().ascii().ofMaxLength(30).filter(s -> s.indexOf('\n') < 0);
        Arbitrary<String> names = Arbitraries.of(
                "refs/heads/main",
                "refs/heads/a/b",
                "refs/tags/v1",
                "refs/heads/ümlaut",
                "refs/notes/commits",
                "refs/heads/😀");
        Arbitrary<SortedMap<String, ObjectId>> refs =
                Arbitraries.maps(names, ids).ofMinSize(1).ofMaxSize(5).map(TreeMap::new);
        return Combinators.combine(prerequisites, comments, refs)
                .as((p, c, r) -> new BundleHeader(p, p.isEmpty() ? "" : c, r));
    }
}
