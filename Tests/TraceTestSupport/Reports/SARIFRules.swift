/// Holds a log to the rules of SARIF 2.1.0 that concern what kvmscope writes: a schema written from the standard, and what
/// no schema can say.
public enum SARIFRules {
  /// What is wrong; empty when nothing is.
  public static func problems(_ text: String) throws -> [String] {
    let validator = try SchemaValidator(schema)
    var problems = try validator.problems(of: text)
    let document = try JSONParser.parse(text)
    for run in document["runs"]?.elements ?? [] {
      let rules = run["tool"]?["driver"]?["rules"]?.elements ?? []
      let ids = rules.compactMap { $0["id"]?.text }
      if Set(ids).count != ids.count { problems.append("two rules with one id") }
      let artifacts = run["artifacts"]?.elements ?? []
      for result in run["results"]?.elements ?? [] {
        // §3.27.6: ruleIndex leads to the rule that ruleId names.
        if let index = result["ruleIndex"]?.integer, let id = result["ruleId"]?.text,
          !ids.indices.contains(index) || ids[index] != id
        {
          problems.append("ruleIndex \(index) is not \(id)")
        }
        // §3.27.9: whatever is no failure has no level.
        if let kind = result["kind"]?.text, kind != "fail", result["level"]?.text != "none" {
          problems.append("\(kind) with a level")
        }
      }
      problems += locations(document, artifacts)
    }
    return problems + messages(document)
  }

  /// §3.4: an index leads to the artifact of the same URI; a URI is one.
  private static func locations(_ value: JSONValue, _ artifacts: [JSONValue]) -> [String] {
    var problems: [String] = []
    if let location = value["artifactLocation"] {
      let uri = location["uri"]?.text ?? ""
      if let index = location["index"]?.integer,
        !artifacts.indices.contains(index) || artifacts[index]["location"]?["uri"]?.text != uri
      {
        problems.append("index \(index) is not \(uri)")
      }
      if !isURI(uri) { problems.append("\(uri) is no URI reference") }
    }
    for child in children(value) { problems += locations(child, artifacts) }
    return problems
  }

  /// §3.11.5: braces in messages come in pairs of the same kind.
  private static func messages(_ value: JSONValue) -> [String] {
    var problems: [String] = []
    for key in ["message", "shortDescription", "fullDescription", "help"] {
      guard let text = value[key]?["text"]?.text else { continue }
      let single = text.replacing("{{", with: "").replacing("}}", with: "")
      if single.contains("{") || single.contains("}") { problems.append("a single brace: \(text)") }
      if text.isEmpty { problems.append("an empty \(key)") }
    }
    for child in children(value) { problems += messages(child) }
    return problems
  }

  private static func children(_ value: JSONValue) -> [JSONValue] {
    if case .object(let members) = value { members.map(\.value) } else { value.elements }
  }

  /// RFC 3986, without looking into parts.
  private static func isURI(_ text: String) -> Bool {
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      switch byte {
      case UInt8(ascii: "%"):
        guard rest.count >= 2,
          rest.prefix(2).allSatisfy({ Character(UnicodeScalar($0)).isHexDigit })
        else { return false }
      case _ where Character(UnicodeScalar(byte)).isLetter && byte < 128: break
      case _ where "0123456789-._~:/?#[]@!$&'()*+,;=".utf8.contains(byte): break
      default: return false
      }
    }
    return !text.isEmpty
  }

  private static let schema = #"""
    {
      "type": "object", "required": ["version", "runs"],
      "properties": {
        "$schema": {"type": "string"}, "version": {"const": "2.1.0"},
        "runs": {"type": "array", "items": {"$ref": "#/$defs/run"}}
      },
      "$defs": {
        "message": {"type": "object", "required": ["text"], "properties": {"text": {"type": "string"}}},
        "artifactLocation": {"type": "object", "required": ["uri"], "properties": {
          "uri": {"type": "string"}, "index": {"type": "integer", "minimum": 0}}},
        "physicalLocation": {"type": "object", "required": ["artifactLocation"], "properties": {
          "artifactLocation": {"$ref": "#/$defs/artifactLocation"}}},
        "location": {"type": "object", "properties": {
          "physicalLocation": {"$ref": "#/$defs/physicalLocation"},
          "message": {"$ref": "#/$defs/message"},
          "logicalLocations": {"type": "array", "items": {"type": "object", "properties": {
            "name": {"type": "string"}, "kind": {"type": "string"}}}}}},
        "level": {"enum": ["none", "note", "warning", "error"]},
        "run": {"type": "object", "required": ["tool", "results"], "properties": {
          "tool": {"type": "object", "required": ["driver"], "properties": {"driver": {
            "type": "object", "required": ["name"], "properties": {
              "name": {"type": "string"}, "version": {"type": "string"},
              "rules": {"type": "array", "items": {"type": "object", "required": ["id"], "properties": {
                "id": {"type": "string"}, "shortDescription": {"$ref": "#/$defs/message"},
                "fullDescription": {"$ref": "#/$defs/message"}, "help": {"$ref": "#/$defs/message"},
                "defaultConfiguration": {"type": "object", "properties": {"level": {"$ref": "#/$defs/level"}}}
              }}}}}}},
          "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
          "invocations": {"type": "array", "items": {"type": "object", "required": ["executionSuccessful"],
            "properties": {"executionSuccessful": {"type": "boolean"},
              "toolExecutionNotifications": {"type": "array", "items": {"type": "object",
                "required": ["message"], "properties": {
                  "level": {"$ref": "#/$defs/level"}, "message": {"$ref": "#/$defs/message"},
                  "locations": {"type": "array", "items": {"$ref": "#/$defs/location"}}}}}}}},
          "artifacts": {"type": "array", "items": {"type": "object", "properties": {
            "location": {"$ref": "#/$defs/artifactLocation"},
            "roles": {"type": "array", "items": {"enum": ["analysisTarget"]}}}}},
          "results": {"type": "array", "items": {"$ref": "#/$defs/result"}}}},
        "result": {"type": "object", "required": ["ruleId", "message", "locations"], "properties": {
          "ruleId": {"type": "string"}, "ruleIndex": {"type": "integer", "minimum": 0},
          "kind": {"enum": ["notApplicable", "pass", "fail", "review", "open", "informational"]},
          "level": {"$ref": "#/$defs/level"}, "message": {"$ref": "#/$defs/message"},
          "locations": {"type": "array", "items": {"$ref": "#/$defs/location"}},
          "occurrenceCount": {"type": "integer", "minimum": 1},
          "properties": {"type": "object", "additionalProperties": {"type": ["string", "integer", "null"]}},
          "codeFlows": {"type": "array", "items": {"type": "object", "required": ["threadFlows"],
            "properties": {"threadFlows": {"type": "array", "items": {"type": "object",
              "required": ["locations"], "properties": {"locations": {"type": "array", "items": {
                "type": "object", "properties": {"location": {"$ref": "#/$defs/location"},
                  "importance": {"enum": ["important", "essential", "unimportant"]}}}}}}}}}}
        }}
      }
    }
    """#
}
