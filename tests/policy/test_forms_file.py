"""What is refused when the forms of consultation are read. Domain paper §3.3; design D13."""

from __future__ import annotations

from pathlib import Path

import pytest

from linkage.policy.sources import FOLDER, PolicyError, read_forms


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("posts: [CHAIR, VICE_CHAIR], ", "posts: [CHAIRMAN], ", "forms.yaml, form REMOTE: host.posts.0: Value error"),
        ("capacity: EXPERT", "capacity: GURU", "forms.yaml, form EXPERT: present.0.capacity: Value error"),
        ("step: ONLINE_COMMENTS", "step: CHATTING", "forms.yaml, form LEGISLATIVE: steps.0.step: Value error"),
        ("runs_beside: true", "runs_beside: maybe", "forms.yaml, form ONLINE_THEME: runs_beside: Input should be"),
        ("held_by: [county]", "held_by: [village]", "forms.yaml, form GRASSROOTS: held_by.0: Input should be"),
        ("recorded: false", "silent: true", "forms.yaml, form HEART_TO_HEART: silent: Extra inputs"),
        ("form: SYMPOSIUM", "form: SECTOR", "forms.yaml: Value error, every form of the contract stands there once"),
        ("id: FM-NET-2", "id: FM-NET-3", "forms.yaml: Value error, an id names one requirement: FM-NET-3"),
    ],
)
def test_a_mistake_in_the_file_is_refused_and_the_place_is_named(tmp_path: Path, old: str, new: str, said: str) -> None:
    text = (FOLDER / "forms.yaml").read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "forms.yaml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(PolicyError) as caught:
        read_forms(path)
    assert str(caught.value).startswith(said)
