"""What pytest needs to know before it looks at anything: how chapters are checked."""

pytest_plugins = ["nbval_rules", "by_chapter"]
