from server import Server


def main() -> None:
    Server(prefix="/api").run()


if __name__ == "__main__":
    main()
