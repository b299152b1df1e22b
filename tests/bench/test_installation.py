from pathlib import Path

from bench.installation import Installation


def test_a_passage_without_the_engine_sends_its_five_reminders(tmp_path: Path) -> None:
    installation = Installation(tmp_path)

    seconds = installation.passage("p1")

    installation.close()
    assert len(list(installation.settings.mail_folder.glob("*.eml"))) == 5
    assert seconds > 0
