package dev.weft.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.math.BigInteger;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

class CidrTest {

  @Property
  void textIsReadBackAsTheSameBlock(@ForAll("blocks") Cidr block) {
    assertThat(Cidr.parse(block.toString())).isEqualTo(block);
  }

  @Property
  void overlapIsSymmetricAndMeansThatOneContainsTheOther(
      @ForAll("nearBlocks") Cidr one, @ForAll("nearBlocks") Cidr other) {
    assertThat(one.overlaps(other)).isEqualTo(other.overlaps(one));
    assertThat(one.overlaps(other)).isEqualTo(one.range().overlaps(other.range()));
    assertThat(one.overlaps(other)).isEqualTo(one.contains(other) || other.contains(one));
  }

  @Property
  void aBlockContainsAnotherWhenItContainsItsFirstAndLastAddress(
      @ForAll("nearBlocks") Cidr one, @ForAll("nearBlocks") Cidr other) {
    assertThat(one.contains(other))
        .isEqualTo(one.contains(other.first()) && one.contains(other.last()));
  }

  @Property
  void piecesOfASplitCoverTheBlockWithoutGapOrOverlap(
      @ForAll("blocks") Cidr block, @ForAll @IntRange(max = 6) int deeper) {
    int length = Math.min(block.prefix() + deeper, block.network().bits());
    List<Cidr> pieces = block.split(length).toList();
    assertThat(pieces).hasSize(1 << (length - block.prefix()));
    assertThat(pieces.getFirst().first()).isEqualTo(block.first());
    assertThat(pieces.getLast().last()).isEqualTo(block.last());
    for (int i = 1; i < pieces.size(); i++) {
      assertThat(pieces.get(i).first()).isEqualTo(pieces.get(i - 1).last().plus(1));
    }
    assertThat(pieces.stream().map(Cidr::size).reduce(BigInteger.ZERO, BigInteger::add))
        .isEqualTo(block.size());
  }

  @Property
  void usableAddressesAreInsideAndNeverTheEndsOfAnIpv4Block(@ForAll("blocks") Cidr block) {
    IpRange usable = block.usable();
    assertThat(block.range().contains(usable)).isTrue();
    if (block.isIpv4() && block.prefix() <= 30) {
      assertThat(usable.size()).isEqualTo(block.size().subtract(BigInteger.TWO));
      assertThat(usable.contains(block.first())).isFalse();
      assertThat(usable.contains(block.last())).isFalse();
    }
  }

  @Property
  void theBlockThatHoldsAnAddressContainsIt(
      @ForAll("addresses") IpAddress address, @ForAll @IntRange(max = 32) int prefix) {
    Cidr block = Cidr.containing(address, prefix);
    assertThat(block.contains(address)).isTrue();
    assertThat(block.prefix()).isEqualTo(prefix);
  }

  @Property
  void anyTextIsReadOrRefusedWithAReason(@ForAll String text) {
    try {
      assertThat(Cidr.parse(text).toString()).contains("/");
    } catch (IllegalArgumentException e) {
      assertThat(e.getMessage()).isNotBlank().hasSizeLessThan(200);
    }
  }

  @Example
  void hostBitsAreRefusedWithTheRightBlock() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Cidr.parse("10.10.0.5/24"))
        .withMessageContaining("its block is 10.10.0.0/24");
  }

  @Example
  void aLargeBlockIsSplitAsFarAsAskedFor() {
    assertThat(Cidr.parse("fd00::/8").split(64).skip(2).findFirst())
        .contains(Cidr.parse("fd00:0:0:2::/64"));
  }

  @Example
  void aBlockIsNotSplitIntoLargerOnes() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Cidr.parse("10.0.0.0/24").split(16))
        .withMessageContaining("cannot be cut");
  }

  @Example
  void blocksOfTwoFamiliesNeverOverlap() {
    assertThat(Cidr.parse("0.0.0.0/0").overlaps(Cidr.parse("::/0"))).isFalse();
  }

  @Example
  void blocksOfOneOrTwoAddressesAreUsableToTheLast() {
    assertThat(Cidr.parse("10.0.0.0/31").usable()).isEqualTo(IpRange.parse("10.0.0.0-10.0.0.1"));
    assertThat(Cidr.parse("fd00::1/128").usable()).isEqualTo(IpRange.parse("fd00::1"));
  }

  @Example
  void theFirstAddressOfAnIpv6BlockIsLeftToTheRouters() {
    assertThat(Cidr.parse("fd00::/126").usable()).isEqualTo(IpRange.parse("fd00::1-fd00::3"));
  }

  @Provide
  Arbitrary<IpAddress> addresses() {
    return Arbitraries.of(32, 128)
        .flatMap(bits ->
            Arbitraries.bigIntegers()
                .between(BigInteger.ZERO, BigInteger.ONE.shiftLeft(bits).subtract(BigInteger.ONE))
                .map(value -> new IpAddress(bits, value)));
  }

  @Provide
  Arbitrary<Cidr> blocks() {
    return addresses()
        .flatMap(address ->
            Arbitraries.integers()
                .between(0, address.bits())
                .map(prefix -> Cidr.containing(address, prefix)));
  }

  /** Blocks inside 10.0.0.0/26, so that they often meet. */
  @Provide
  Arbitrary<Cidr> nearBlocks() {
    IpAddress start = IpAddress.parse("10.0.0.0");
    return Arbitraries.integers()
        .between(0, 63)
        .flatMap(offset ->
            Arbitraries.integers()
                .between(26, 32)
                .map(prefix -> Cidr.containing(start.plus(offset), prefix)));
  }
}
