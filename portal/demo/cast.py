"""What the invented staff of the demo sign in with. Only `seed` and `demo` use this, never production."""

PASSWORD = "angekommen-demo"  # noqa: S105  printed on the screen by `make demo`
