"""One organisation's rules as data: an industry profile with overrides, also by intent, language and channel."""
