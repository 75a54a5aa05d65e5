/// A JSON value that keeps what tests care for: the order of keys, and integers as integers.
public indirect enum JSONValue: Sendable, Equatable {
  /// `null`.
  case null
  /// `true` and `false`.
  case bool(Bool)
  /// A number without a fraction or exponent, as its digits.
  case integer(String)
  /// Any other number.
  case number(Double)
  /// Text.
  case string(String)
  /// Elements.
  case array([JSONValue])
  /// Members in the order of the document.
  case object([Member])

  /// One member of an object.
  public struct Member: Sendable, Equatable {
    /// The key.
    public let key: String
    /// The value.
    public let value: JSONValue
  }

  /// The value of a member; nil when this is no object, or has no such member.
  public subscript(key: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.key == key }?.value
  }

  /// The element at an index; nil when this is no array, or has no such element.
  public subscript(index: Int) -> JSONValue? {
    guard case .array(let elements) = self, elements.indices.contains(index) else { return nil }
    return elements[index]
  }

  /// The elements; empty when this is no array.
  public var elements: [JSONValue] {
    if case .array(let elements) = self { elements } else { [] }
  }

  /// The keys in their order; empty when this is no object.
  public var keys: [String] {
    if case .object(let members) = self { members.map(\.key) } else { [] }
  }

  /// The text; nil when this is none.
  public var text: String? {
    if case .string(let text) = self { text } else { nil }
  }

  /// The number; nil when this is no integer that fits.
  public var integer: Int? {
    if case .integer(let digits) = self { Int(digits) } else { nil }
  }
}
