"""`python -m router` is the command `case-router`."""

from router.cli import main

if __name__ == "__main__":
    main()
