"""`python -m starter.cli`, for whoever starts a command by its interpreter."""

from starter.cli import main

if __name__ == "__main__":
    main()
