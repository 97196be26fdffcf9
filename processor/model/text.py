"""Words for people, always in both languages of the district."""

import msgspec


class Text(msgspec.Struct, frozen=True, gc=False):
    """One text in Chinese and English; `pick` falls back to the other language rather than to nothing."""

    zh: str = ""
    en: str = ""

    def pick(self, language: str) -> str:
        """The text in `language` ("zh" or "en"), or the other one where that is empty."""
        first, second = (self.zh, self.en) if language == "zh" else (self.en, self.zh)
        return first or second
