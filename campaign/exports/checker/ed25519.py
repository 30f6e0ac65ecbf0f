"""Ed25519 (RFC 8032, 5.1) in plain integers: checks a seal within some ten milliseconds. It makes none."""

import hashlib

Point = tuple[int, int, int, int]  # X, Y, Z, T, where x = X/Z, y = Y/Z and x*y = T/Z
P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P


def is_sealed_by(public: bytes, message: bytes, seal: bytes) -> bool:
    """Whether the holder of the private half of `public` made this seal of the message."""
    if len(public) != 32 or len(seal) != 64:
        return False
    key, point, number = decode_point(public), decode_point(seal[:32]), int.from_bytes(seal[32:], "little")
    if key is None or point is None or number >= ORDER:
        return False
    challenge = int.from_bytes(hashlib.sha512(seal[:32] + public + message).digest(), "little") % ORDER
    return is_same(multiply(number, BASE), add_points(point, multiply(challenge, key)))


def decode_point(raw: bytes) -> Point | None:
    """The point of 32 bytes; None where there is none."""
    y, sign = int.from_bytes(raw, "little") & (1 << 255) - 1, raw[31] >> 7
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if y >= P or (x * x - square) % P or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


def add_points(one: Point, other: Point) -> Point:
    (x1, y1, z1, t1), (x2, y2, z2, t2) = one, other
    a, b = (y1 - x1) * (y2 - x2) % P, (y1 + x1) * (y2 + x2) % P
    c, d = 2 * t1 * t2 * D % P, 2 * z1 * z2 % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def multiply(number: int, point: Point) -> Point:
    total = (0, 1, 1, 0)
    while number:
        if number & 1:
            total = add_points(total, point)
        point, number = add_points(point, point), number >> 1
    return total


def is_same(one: Point, other: Point) -> bool:
    return (one[0] * other[2] - other[0] * one[2]) % P == 0 and (one[1] * other[2] - other[1] * one[2]) % P == 0


BASE = decode_point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little")) or (0, 1, 1, 0)
