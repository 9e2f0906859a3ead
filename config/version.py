"""The version of Todo Chat; CHANGELOG.md tells what is in it."""

VERSION = "1.0.0"
