"""`docs/errors.md`: every status and reason a caller can meet, gathered from the code that gives them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from docs.derived.source import Contract

__all__ = ["Reason", "errors_page", "reasons_in_code"]

ROOT = Path(__file__).resolve().parents[2]
CODE = ("shared/linkage/rpc", "shared/linkage/domain", "shared/linkage/policy", "services")

_VARYING = re.compile(r"\{[^}]*\}")
_REASON = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)+")
# What a call to this function, or of this class, answers with. `Failure` names its status itself.
_STATUS = {
    "_unauthenticated": "UNAUTHENTICATED",
    "_denied": "PERMISSION_DENIED",
    "Violation": "INVALID_ARGUMENT",
    "refused": "FAILED_PRECONDITION",
    "Refusal": "FAILED_PRECONDITION",
}

_MEANING = {
    "INVALID_ARGUMENT": (
        "What was sent does not hold what the contract allows. `BadRequest` names every field, `ErrorInfo` the first. "
        "Repeating it is useless: correct it."
    ),
    "UNAUTHENTICATED": "Nobody knows who calls. Get a (new) token.",
    "PERMISSION_DENIED": "The caller is known and may not do this: the contract says who may. Checked before all else.",
    "UNIMPLEMENTED": "The caller may do this, but at another service: this one does not offer the method.",
    "NOT_FOUND": "What was asked for is not there, or not yet visible to the read models.",
    "FAILED_PRECONDITION": (
        "A rule of the domain refuses it in the present state. `ErrorInfo` carries the stream and, if there are any, "
        "`rule` and `cite`; `PreconditionFailure` says it again. Nothing was stored."
    ),
    "RESOURCE_EXHAUSTED": "The answer would cost too much. Ask for less: the message says how.",
    "ABORTED": "Somebody else was first. Read again, decide again.",
    "UNAVAILABLE": (
        "For the moment. The only status to be repeated as it is, with the same `request_id`: that finds out whether "
        "it was stored. `RetryInfo` says when."
    ),
    "DATA_LOSS": "The evidence does not add up: operators must look before anybody writes there.",
    "INTERNAL": "A defect. The caller learns nothing of the inside; the service's log has it.",
}

_HEAD = """\
# Errors

*Derived from the code and the contract by `make docs`; do not edit.*

Every failed call answers with a `google.rpc.Status` that carries an `ErrorInfo`: `domain` is `linkage.v1`, `reason` is
one of those below and does not change between releases, `metadata` holds every dynamic part of the message. Programs
decide by status and reason; the message is for people. Nothing is stored by a call that fails, except that after
UNAVAILABLE it is not known.

A repeated `request_id` with the same content is no error: it gets its first answer again. In braces stands what varies.
Rules of a body's policy pack refuse in the same way and name themselves in `rule` and `cite`; a refusal that names no
article of its own cites those of its command, as [contract.md](contract.md) has them.
"""


@dataclass(slots=True)
class Reason:
    """One reason as the code gives it: with which status, and in what words."""

    name: str
    status: str
    sentences: list[str] = field(default_factory=list)
    rules: list[str] = field(default_factory=list)


def errors_page(contract: Contract) -> str:
    """The page's whole text."""
    found = reasons_in_code(contract)
    methods: dict[str, list[str]] = {}
    for service in contract.services:
        for method in service.methods:
            for reason in method.reasons:
                methods.setdefault(reason, []).append(method.name)
    statuses = sorted({reason.status for reason in found}, key=list(_MEANING).index)
    lines = [_HEAD]
    for status in statuses:
        lines += [f"## {status}", "", _MEANING[status], ""]
        lines += _table([reason for reason in found if reason.status == status], methods)
        lines.append("")
    return "\n".join(lines)


def reasons_in_code(contract: Contract) -> list[Reason]:
    """Every (reason, status) that the services can answer with, by name."""
    found: dict[tuple[str, str], Reason] = {}
    promised = {reason for service in contract.services for method in service.methods for reason in method.reasons}
    literals: set[str] = set()
    for path in sorted(path for place in CODE for path in (ROOT / place).rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        literals |= {text for node in ast.walk(tree) if (text := _text(node)) in promised}
        for name, status, sentence, rule in _calls(tree):
            reason = found.setdefault((name, status), Reason(name, status))
            for known, more in ((reason.sentences, sentence), (reason.rules, rule)):
                if more and more not in known:
                    known.append(more)
    # Some are handed on by name before they are refused with: then the words are those of the case at hand.
    for name in literals - {name for name, _ in found}:
        found[name, "FAILED_PRECONDITION"] = Reason(name, "FAILED_PRECONDITION")
    return [found[key] for key in sorted(found)]


def _table(reasons: Iterable[Reason], methods: dict[str, list[str]]) -> Iterator[str]:
    yield "| reason | says | rule | methods that name it |"
    yield "|---|---|---|---|"
    for reason in reasons:
        named = ", ".join(f"`{method}`" for method in methods.get(reason.name, ())) or "–"
        says = "; ".join(reason.sentences) or "the present state does not allow it; the message names that state"
        says = says.replace("|", "\\|").replace("<", "&lt;")
        yield f"| `{reason.name}` | {says} | {', '.join(reason.rules) or '–'} | {named} |"


def _calls(tree: ast.AST) -> Iterator[tuple[str, str, str, str]]:
    """(reason, status, sentence, rule and citation) of every call that gives one."""
    assigned = {
        (target.id, node.lineno): text
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and (text := _text(node.value))
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        function = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        status, arguments = _STATUS.get(function, ""), node.args
        if function == "Failure" and arguments and isinstance(arguments[0], ast.Attribute):
            status, arguments = arguments[0].attr, arguments[1:]
        texts = [text for argument in arguments if (text := _text(argument) or _last(assigned, argument))]
        names = [text for text in texts if _REASON.fullmatch(text)]
        if status and names:
            yield names[0], status, next((text for text in texts if " " in _VARYING.sub("", text)), ""), _rule(node)


def _last(assigned: dict[tuple[str, int], str], argument: ast.expr) -> str:
    """What a name was last given above the line where it is used."""
    if not isinstance(argument, ast.Name):
        return ""
    given = [(line, text) for (name, line), text in assigned.items() if name == argument.id and line < argument.lineno]
    return max(given)[1] if given else ""


def _rule(call: ast.Call) -> str:
    given = {keyword.arg: _text(keyword.value) for keyword in call.keywords if keyword.arg in ("rule", "cite")}
    rule, cite = given.get("rule", ""), given.get("cite", "")
    return f"{rule} ({cite})" if rule and cite else rule or cite


def _text(node: ast.AST) -> str:
    """A literal text, the parts that vary in braces; '' for anything else."""
    match node:
        case ast.Constant(value=str(value)):
            return value
        case ast.JoinedStr(values=parts):
            return "".join(_text(part) for part in parts)
        case ast.FormattedValue(value=inner):
            return "{" + ast.unparse(inner).replace("_", " ").split(".")[-1] + "}"
    return ""
