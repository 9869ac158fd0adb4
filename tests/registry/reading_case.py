"""What the tests of the readers share."""

import unittest
from collections.abc import Callable

from registry.labels import Label
from registry.reading import Reading, Unreadable

Reader = Callable[[str], Reading]


class ReadingCase(unittest.TestCase):
    """`field` is the label under which the texts of these tests are typed."""

    field = Label("Blood loss", "出血量")

    def reads(self, read: Reader, text: str, value: object, **attributes: object) -> Reading:
        """`text` is accepted as `value`, with these attributes of the reading."""
        reading = read(text)
        self.assertEqual(reading.value, value, text)
        self.assertIs(type(reading.value), type(value), text)
        self.assertEqual(reading.as_typed, text)
        for name, expected in attributes.items():
            self.assertEqual(getattr(reading, name), expected, f"{name} of {text!r}")
        return reading

    def refuses(self, read: Reader, text: str, *fragments: str) -> Label:
        """`text` is refused under the label of the field; each fragment is in one of the languages."""
        with self.assertRaises(Unreadable, msg=text) as caught:
            read(text)
        message = caught.exception.message
        self.assertTrue(message.en.startswith(f"{self.field.en}: "), message.en)
        self.assertTrue(message.zh.startswith(f"{self.field.zh}："), message.zh)
        for fragment in fragments:
            self.assertTrue(
                fragment in message.en or fragment in message.zh, f"{fragment!r} not in {message}"
            )
        return message
