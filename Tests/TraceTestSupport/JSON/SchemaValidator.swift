/// Holds a document to a JSON Schema, more strictly than the standard: a property that the schema does not name fails.
///
/// It knows the keywords that the project's schemas use, and fails on any other.
public struct SchemaValidator {
  private let root: JSONValue
  private static let known: Set<String> = [
    "$schema", "title", "description", "type", "required", "properties", "additionalProperties",
    "items", "enum", "const", "minimum", "maximum", "oneOf", "anyOf", "$ref", "$defs", "minItems",
    "maxItems", "maxProperties", "minLength", "pattern", "dependentRequired",
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
    if let maximum = schema["maximum"]?.integer, let number = number(value),
      number > Double(maximum)
    {
      problems.append("\(place): \(number) is above \(maximum)")
    }
    problems += checkSize(value, schema, place)
    for (index, element) in value.elements.enumerated() {
      if let items = schema["items"] { problems += check(element, items, "\(place)[\(index)]") }
    }
    return problems + checkMembers(value, schema, place)
  }

  /// Lengths, and what a text looks like.
  private func checkSize(_ value: JSONValue, _ schema: JSONValue, _ place: String) -> [String] {
    var problems: [String] = []
    func limit(_ count: Int, _ least: String, _ most: String) {
      if let bound = schema[least]?.integer, count < Int(bound) {
        problems.append("\(place): \(count), not \(least) \(bound)")
      }
      if let bound = schema[most]?.integer, count > Int(bound) {
        problems.append("\(place): \(count), not \(most) \(bound)")
      }
    }
    switch value {
    case .array(let elements): limit(elements.count, "minItems", "maxItems")
    case .object(let members): limit(members.count, "minProperties", "maxProperties")
    case .string(let text):
      limit(text.unicodeScalars.count, "minLength", "maxLength")
      if let pattern = schema["pattern"]?.text {
        let expression = try? Regex(pattern)
        if (try? expression?.firstMatch(in: text)) == nil {
          problems.append("\(place): \(text) does not match \(pattern)")
        }
      }
    default: break
    }
    return problems
  }

  private func checkMembers(_ value: JSONValue, _ schema: JSONValue, _ place: String) -> [String] {
    guard case .object(let members) = value else { return [] }
    var problems: [String] = []
    for name in schema["required"]?.elements.compactMap(\.text) ?? []
    where !value.keys.contains(name) {
      problems.append("\(place): no \(name)")
    }
    // Of `anyOf` the schemas use nothing but lists of names.
    if let choices = schema["anyOf"]?.elements {
      let isMet = choices.contains { choice in
        choice.keys == ["required"]
          && choice["required"]?.elements.allSatisfy { value.keys.contains($0.text ?? "") } == true
      }
      if !isMet { problems.append("\(place): none of \(choices)") }
    }
    if let dependent = schema["dependentRequired"] {
      for name in dependent.keys where value.keys.contains(name) {
        for needed in dependent[name]?.elements.compactMap(\.text) ?? []
        where !value.keys.contains(needed) {
          problems.append("\(place): \(name) without \(needed)")
        }
      }
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
    case (.number(let number), "integer"): number == number.rounded()
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
