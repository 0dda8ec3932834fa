"""The meter: what each operation costs, counted by the published rules of AWS, neither guessed nor an emulator's."""
