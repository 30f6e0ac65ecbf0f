"""An SMTP server that takes every mail and keeps none; faster than any client here. Prints its port."""

import asyncio

GREETING, OK, GO_ON, BYE = b"220 sink\r\n", b"250 ok\r\n", b"354 go on\r\n", b"221 bye\r\n"
END_OF_MAIL = b"\r\n.\r\n"


class Sink(asyncio.Protocol):
    """One connection (RFC 5321, as far as smtplib speaks it)."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport, self.waiting, self.in_mail = transport, b"", False
        transport.write(GREETING)

    def data_received(self, data: bytes) -> None:
        self.waiting += data
        while (end := self.waiting.find(END_OF_MAIL if self.in_mail else b"\r\n")) >= 0:
            line, self.waiting = self.waiting[:4], self.waiting[end + (5 if self.in_mail else 2) :]
            self.transport.write(self.answer(line))

    def answer(self, command: bytes) -> bytes:
        if self.in_mail:
            self.in_mail = False
            return OK
        self.in_mail = command.upper() == b"DATA"
        return GO_ON if self.in_mail else BYE if command.upper() == b"QUIT" else OK


async def main() -> None:
    server = await asyncio.get_running_loop().create_server(Sink, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
