"""The CloudFormation template and the state machine, read once and in one form, for tests of both.

Short forms such as `!Ref` are expanded. `draw` gives every value a line, without the descriptions that only people read.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

INFRA = Path(__file__).parents[3] / "infra"
Node = dict[str, Any]
Right = tuple[str, str]
"""An action, and the resource that it is allowed on."""

_PROSE = {"AlarmDescription", "Comment", "Description"}


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short forms, each read as its long form."""


def _read_short_form(loader: _Loader, suffix: str, node: yaml.Node) -> Node:
    match node:
        case yaml.ScalarNode():
            value: object = loader.construct_scalar(node)
        case yaml.SequenceNode():
            value = loader.construct_sequence(node, deep=True)
        case _:
            raise AssertionError(f"!{suffix} of a mapping")
    if suffix == "GetAtt":
        value = str(value).split(".", 1)
    return {suffix if suffix in {"Ref", "Condition"} else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _read_short_form)

TEMPLATE: Node = yaml.load((INFRA / "template.yaml").read_text(), Loader=_Loader)  # noqa: S506 - a safe loader, and our file
RESOURCES: dict[str, Node] = TEMPLATE["Resources"]
MACHINE: Node = json.loads((INFRA / "statemachine.asl.json").read_text())
STATES: dict[str, Node] = MACHINE["States"]


def find(kind: str) -> dict[str, Node]:
    """The properties of each resource of a type, by name."""
    return {name: resource["Properties"] for name, resource in RESOURCES.items() if resource["Type"] == kind}


def name(value: object) -> str:
    """A value as text; the target of a reference stands in ${}, as in `!Sub`."""
    match value:
        case str() | int():
            return str(value)
        case {"Ref": str(target)}:
            return f"${{{target}}}"
        case {"Fn::Sub": str(text)}:
            return text
        case {"Fn::GetAtt": [*parts]}:
            return f"${{{'.'.join(map(str, parts))}}}"
        case {"Fn::If": [condition, then, otherwise]}:
            return f"{name(then)} if {condition} else {name(otherwise)}"
        case {"Fn::FindInMap": [*parts]}:
            return f"map {'/'.join(map(name, parts))}"
        case _:
            raise AssertionError(f"not a text, number or reference: {value}")


def list_statements(owner: str) -> list[Node]:
    """The policy statements that a resource has of its own."""
    properties = RESOURCES[owner]["Properties"]
    documents = [policy["PolicyDocument"] for policy in properties.get("Policies", [])]
    documents += [properties["PolicyDocument"]] if "PolicyDocument" in properties else []
    return [statement for document in documents for statement in document["Statement"]]


def list_rights(*statements: Node) -> set[Right]:
    """Each action with each of its resources; a resource inside the lake is written as its key."""
    return {
        (action, name(resource).removeprefix("${LakeBucket.Arn}/"))
        for statement in statements
        for action in _as_list(statement["Action"])
        for resource in _as_list(statement["Resource"])
    }


def _as_list(value: object) -> list[Any]:
    return value if isinstance(value, list) else [value]


def draw(node: object) -> str:
    """Each value on a line behind its path, each right on a line; texts are quoted, references are not."""
    return "\n".join(_draw_lines(node, ""))


def _draw_lines(node: object, path: str) -> Iterator[str]:
    match node:
        case {"Effect": effect, "Action": actions, "Resource": resources, **rest}:
            rights = sorted(list_rights({"Action": actions, "Resource": resources}))
            yield from (f"{path}: {effect} {action} on {resource}" for action, resource in rights)
            yield from _draw_lines({key: value for key, value in rest.items() if key != "Sid"}, path)
        case {"Ref": _} | {"Fn::GetAtt": _} | {"Fn::If": _} | {"Fn::FindInMap": _} | {"Fn::Sub": str()}:
            yield f"{path}: {name(node)}"
        case dict() if node:
            for key in sorted(node.keys() - _PROSE):
                yield from _draw_lines(node[key], f"{path}.{key}".lstrip("."))
        case list() if node:
            for index, item in enumerate(node):
                yield from _draw_lines(item, f"{path}[{index}]")
        case str() if "\n" in node:
            yield from (f"{path}| {line}" for line in node.splitlines())
        case _:
            yield f"{path}: {json.dumps(node)}"
