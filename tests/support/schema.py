# SPDX-License-Identifier: GPL-3.0-or-later
"""An OpenAPI file as something answers can be held against: finds what an operation may answer, and
checks JSON against the subset of JSON Schema that daemon/api/openapi.yaml uses. A word it does not
know is an error, so that nothing in the file is believed to be checked and is not."""

import re

import yaml

DESCRIBING = {"description", "example", "default", "format"}
KNOWN = DESCRIBING | {"type", "nullable", "enum", "minimum", "maximum", "minLength", "pattern", "items",
                      "properties", "required", "additionalProperties", "$ref"}
TYPES = {
    "object": lambda v: isinstance(v, dict),
    "array": lambda v: isinstance(v, list),
    "string": lambda v: isinstance(v, str),
    "boolean": lambda v: isinstance(v, bool),
    "integer": lambda v: isinstance(v, int) and not isinstance(v, bool),
    "number": lambda v: isinstance(v, (int, float)) and not isinstance(v, bool),
}


class Description:
    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            self.root = yaml.safe_load(file)

    def operations(self):
        """(method, path, operation) of each."""
        return [(method.upper(), path, operation) for path, item in self.root["paths"].items()
                for method, operation in item.items()]

    def schema(self, name):
        return {"$ref": f"#/components/schemas/{name}"}

    def resolve(self, node):
        while "$ref" in node:
            target = self.root
            for part in node["$ref"].removeprefix("#/").split("/"):
                target = target[part]
            node = target
        return node

    def response(self, operation, status):
        """The response object for a status, by number or default; None when neither is there."""
        responses = operation["responses"]
        found = responses.get(str(status)) or (responses.get("default") if status >= 400 else None)
        return self.resolve(found) if found else None

    def complaints(self, schema, value, where="answer"):
        """What is wrong with the value, as sentences."""
        schema = self.resolve(schema)
        if unknown := set(schema) - KNOWN:
            raise ValueError(f"{where}: tests/support/schema.py does not know {sorted(unknown)}")
        if value is None and schema.get("nullable"):
            return []
        if "type" in schema and not TYPES[schema["type"]](value):
            return [f"{where} is {value!r:.60}, not {schema['type']}"]
        found = []
        if "enum" in schema and value not in schema["enum"]:
            found.append(f"{where} is {value!r}, none of {schema['enum']}")
        if "minimum" in schema and value < schema["minimum"]:
            found.append(f"{where} is {value}, less than {schema['minimum']}")
        if "maximum" in schema and value > schema["maximum"]:
            found.append(f"{where} is {value}, more than {schema['maximum']}")
        if "minLength" in schema and len(value) < schema["minLength"]:
            found.append(f"{where} is too short: {value!r}")
        if "pattern" in schema and not re.search(schema["pattern"], value):
            found.append(f"{where} is {value!r}, not like {schema['pattern']}")
        if isinstance(value, list) and "items" in schema:
            for i, item in enumerate(value):
                found += self.complaints(schema["items"], item, f"{where}[{i}]")
        if isinstance(value, dict):
            found += self._members(schema, value, where)
        return found

    def _members(self, schema, value, where):
        properties, found = schema.get("properties", {}), []
        for name in schema.get("required", []):
            if name not in value:
                found.append(f"{where}.{name} is missing")
        for name, member in value.items():
            if name in properties:
                found += self.complaints(properties[name], member, f"{where}.{name}")
            elif schema.get("additionalProperties") is False:
                found.append(f"{where}.{name} is not described")
        return found
