/// Holds a document to a JSON Schema, more strictly than the standard: a property that the schema does not name fails.
///
/// It knows the keywords that the project's schemas use, and fails on any other.
public struct SchemaValidator {
  private let root: JSONValue
  private static let known: Set<String> = [
    "$schema", "title", "description", "type", "required", "properties", "additionalProperties",
    "items", "enum", "const", "minimum", "oneOf", "$ref", "$defs",
  ]

  /// Takes the text of a schema.
  public init(_ schema: String) throws { root = try JSONParser.parse(schema) }

  /// What is wrong with a document, each with its place; empty when nothing is.
  public func problems(of document: String) throws -> [String] {
    check(try JSONParser.parse(document), root, "$")
  }

  private func check(_ value: JSONValue, _ schema: JSONValue, _ place: String) -> [String] {
    if let reference = schema["$ref"]?.text {
      guard reference.hasPrefix("#/$defs/"),
        let target = root["$defs"]?[String(reference.dropFirst("#/$defs/".count))]
      else { return ["\(place): \(reference) leads nowhere"] }
      return check(value, target, place)
    }
    var problems = schema.keys.filter { !Self.known.contains($0) }.map { "\(place): keyword \($0)" }
    if let type = schema["type"] {
      let names = type.text.map { [$0] } ?? type.elements.compactMap(\.text)
      if !names.contains(where: { has(value, type: $0) }) {
        problems.append("\(place): \(value) is no \(names.joined(separator: " or "))")
      }
    }
    if let choices = schema["oneOf"]?.elements {
      let results = choices.map { check(value, $0, place) }
      if results.count(where: \.isEmpty) != 1 {
        return ["\(place): fits not one of \(choices.count) forms: \(results)"]
      }
      return []
    }
    if let choices = schema["enum"]?.elements, !choices.contains(value) {
      problems.append("\(place): \(value) is not allowed")
    }
    if let constant = schema["const"], constant != value {
      problems.append("\(place): \(value) is not \(constant)")
    }
    if let minimum = schema["minimum"]?.integer, let number = number(value),
      number < Double(minimum)
    {
      problems.append("\(place): \(number) is below \(minimum)")
    }
    for (index, element) in value.elements.enumerated() {
      if let items = schema["items"] { problems += check(element, items, "\(place)[\(index)]") }
    }
    return problems + checkMembers(value, schema, place)
  }

  private func checkMembers(_ value: JSONValue, _ schema: JSONValue, _ place: String) -> [String] {
    guard case .object(let members) = value else { return [] }
    var problems: [String] = []
    for name in schema["required"]?.elements.compactMap(\.text) ?? []
    where !value.keys.contains(name) {
      problems.append("\(place): no \(name)")
    }
    for member in members {
      if let property = schema["properties"]?[member.key] ?? schema["additionalProperties"],
        property != .bool(false)
      {
        problems += check(member.value, property, "\(place).\(member.key)")
      } else {
        problems.append("\(place): \(member.key) is not in the schema")
      }
    }
    return problems
  }

  private func has(_ value: JSONValue, type: String) -> Bool {
    switch (value, type) {
    case (.null, "null"), (.bool, "boolean"), (.integer, "integer"), (.integer, "number"),
      (.number, "number"), (.string, "string"), (.array, "array"), (.object, "object"):
      true
    default: false
    }
  }

  private func number(_ value: JSONValue) -> Double? {
    switch value {
    case .integer(let digits): Double(digits)
    case .number(let number): number
    default: nil
    }
  }
}
