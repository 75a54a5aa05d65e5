internal import Decompression
internal import Testing
internal import TraceBytes
internal import TraceTestSupport

/// The packings with their codecs.
private let codecs: [(Packing, Codec)] = [(.zstd, .zstd), (.zlib, .zlib)]

@Suite("Unpacking")
struct DecompressorTests {
  /// Unpacks `packed` into a buffer of `capacity` bytes.
  ///
  /// - Returns: the bytes or the error.
  private func unpack(
    _ packed: [UInt8], _ codec: Codec, announced: UInt64, capacity: Int = 1 << 20,
    with decompressor: Decompressor = Decompressor()
  ) -> Result<[UInt8], DecompressionError> {
    let buffer = ChunkBuffer(capacity: capacity)
    let held = HeldBytes(packed)
    do throws(DecompressionError) {
      try decompressor.decompress(
        held.span, codec: codec, uncompressedSize: announced, into: buffer)
      return .success(buffer.bytes.array())
    } catch {
      #expect(buffer.byteCount == 0, "an error leaves the buffer empty")
      return .failure(error)
    }
  }

  @Test("What was packed comes out again, chunk after chunk with the same memory")
  func roundTrip() {
    var generator = SeededGenerator(for: "DecompressorTests.roundTrip")
    let decompressor = Decompressor()
    for size in [0, 1, 100, 40_960, 3, 200_000] {
      for (packing, codec) in codecs {
        let bytes = generator.bytes(size / 2) + [UInt8](repeating: 5, count: size - size / 2)
        let result = unpack(
          packing.pack(bytes), codec, announced: UInt64(size), with: decompressor)
        #expect(result == .success(bytes), "seed \(generator.seed), \(codec), \(size)")
      }
    }
  }

  @Test("An announced size that lies is an error, whichever way")
  func lies() {
    let bytes = [UInt8](repeating: 9, count: 5000)
    for (packing, codec) in codecs {
      let packed = packing.pack(bytes)
      #expect(
        unpack(packed, codec, announced: 4999)
          == .failure(.sizeMismatch(announced: 4999, produced: 5000)), "\(codec)")
      #expect(
        unpack(packed, codec, announced: 5001)
          == .failure(.sizeMismatch(announced: 5001, produced: 5000)), "\(codec)")
      #expect(
        unpack(packed, codec, announced: 0)
          == .failure(.sizeMismatch(announced: 0, produced: 1)), "\(codec)")
    }
  }

  @Test("A size beyond the buffer is refused before anything is unpacked")
  func limit() {
    for (packing, codec) in codecs {
      let packed = packing.pack([UInt8](repeating: 0, count: 5000))
      #expect(
        unpack(packed, codec, announced: 5000, capacity: 4999)
          == .failure(.tooLarge(announced: 5000, limit: 4999)))
      #expect(
        unpack(packed, codec, announced: .max, capacity: 4999)
          == .failure(.tooLarge(announced: .max, limit: 4999)))
    }
  }

  @Test("Cut and foreign bytes are errors, and the next chunk is unpacked all the same")
  func damage() {
    let bytes = [UInt8](0..<200) + [UInt8](0..<200)
    for (packing, codec) in codecs {
      let decompressor = Decompressor()
      let packed = packing.pack(bytes)
      for length in 0..<packed.count {
        let result = unpack(
          Array(packed[..<length]), codec, announced: 400, with: decompressor)
        #expect((try? result.get()) == nil, "\(codec), \(length) of \(packed.count) bytes")
      }
      #expect((try? unpack(Array("no frame".utf8), codec, announced: 400).get()) == nil)
      #expect(unpack(packed, codec, announced: 400, with: decompressor) == .success(bytes))
    }
  }

  @Test("Bits that flip end in an error or in as many bytes as announced")
  func flips() {
    var generator = SeededGenerator(for: "DecompressorTests.flips")
    let bytes = (0..<4096).map { UInt8(truncatingIfNeeded: $0 / 7) }
    for (packing, codec) in codecs {
      let decompressor = Decompressor()
      let packed = packing.pack(bytes)
      for _ in 0..<300 {
        var damaged = packed
        let bit = Int.random(in: 0..<packed.count * 8, using: &generator)
        damaged[bit / 8] ^= 1 << UInt8(bit % 8)
        let result = unpack(damaged, codec, announced: 4096, capacity: 4096, with: decompressor)
        if case .success(let unpacked) = result {
          #expect(unpacked.count == 4096, "seed \(generator.seed)")
        }
      }
    }
  }

  @Test("Errors name their numbers")
  func messages() {
    #expect(
      DecompressionError.sizeMismatch(announced: 5, produced: 6).description
        == "announces 5 bytes unpacked, but holds 6")
    #expect(
      DecompressionError.tooLarge(announced: 5, limit: 4).description
        == "announces 5 bytes unpacked, at most 4 are believable")
  }
}
