"""Late addendum (迟交补充): what came too late for an approved text and is kept beside it. Domain paper §4.1."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from linkage import v1

__all__ = ["Command", "handed_over", "is_filed", "of"]

Command: TypeAlias = v1.FileOutcomeAddendumRequest | v1.FileLateContributionRequest


def of(command: Command, joint_work_id: str, refers_to: str) -> v1.LateAddendumFiled:
    """The addendum that the command asks for."""
    filed = v1.LateAddendumFiled(joint_work_id=joint_work_id, refers_to=refers_to)
    filed.title, filed.document = command.title, command.document
    match command:
        case v1.FileLateContributionRequest():
            filed.contribution_id, filed.organisation = command.contribution_id, command.organisation
        case v1.FileOutcomeAddendumRequest():
            filed.reason = command.reason
    return filed


def handed_over(command: v1.FileHandedOverRequest) -> list[v1.FileLateContributionRequest]:
    """One command for each of the contributions."""
    return [
        v1.FileLateContributionRequest(
            consultation_id=command.consultation_id,
            contribution_id=one.contribution_id,
            organisation=one.organisation,
            title=one.title,
            document=one.document,
        )
        for one in command.contributions
    ]


def is_filed(addendum: v1.LateAddendumFiled, filed: Iterable[v1.LateAddendumFiled]) -> bool:
    """The same document is filed, or the same contribution. Two contributions are two, whatever they are called."""
    return any(
        one.contribution_id == addendum.contribution_id
        if one.contribution_id and addendum.contribution_id
        else (one.title, one.document) == (addendum.title, addendum.document)
        for one in filed
    )
