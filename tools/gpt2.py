"""A GGUF file in the exact shape of GPT-2, for ./caec evaluate model. Weights and words are made up, the same ones every time: what
the model says is nonsense, and how much memory and time it takes is what GPT-2 takes. Format: GGUF version 3.
"""
import array
import hashlib
import itertools
import struct

# width, blocks, heads
SHAPES = {"small": (128, 2, 4), "gpt2": (768, 12, 12), "gpt2-medium": (1024, 24, 16)}
CONTEXT, ALIGNMENT = 1024, 32
WORDS = 50257  # 256 bytes, 50,000 that merges make, one that ends a text
LETTERS = "abcdefghijklmnopqrstuvwxyz"
U32, F32, STRING, ARRAY, I32 = 4, 6, 8, 9, 5
NORMAL_WORD, CONTROL_WORD = 1, 3
# Of tensors and, but for plain floats, of files: type, file type, values in a block, bytes of a block.
TYPES = {"f32": (0, 0, 1, 4), "f16": (1, 1, 1, 2), "q8_0": (8, 7, 32, 34)}
SPREAD = 0.02  # of weights, as GPT-2's begin


# --- Words ---------------------------------------------------------------------------------------------------

def bytes_as_text():
    """The 256 bytes as GPT-2's tokenizer writes them: one that can't be printed has a letter from 256 on."""
    plain = [*range(ord("!"), ord("~") + 1), *range(0xa1, 0xad), *range(0xae, 0x100)]
    others = [b for b in range(256) if b not in plain]
    return [chr(b) for b in plain] + [chr(256 + n) for n in range(len(others))]


def vocabulary():
    """(words, merges): all of two letters, of three, of four, each from a shorter one and a letter."""
    longer = ("".join(word) for length in itertools.count(2) for word in itertools.product(LETTERS, repeat=length))
    merged = list(itertools.islice(longer, WORDS - 257))
    return [*bytes_as_text(), *merged, "<|endoftext|>"], [f"{word[:-1]} {word[-1]}" for word in merged]


# --- Tensors -------------------------------------------------------------------------------------------------

def tensors(shape):
    """(name, dimensions with the innermost first) of all."""
    width, blocks, _ = SHAPES[shape]
    both = lambda name, *size: [(f"{name}.weight", size), (f"{name}.bias", size[-1:])]  # noqa: E731
    yield "token_embd.weight", (width, WORDS)
    yield "position_embd.weight", (width, CONTEXT)
    for n in range(blocks):
        for name, *size in (("attn_norm", width), ("attn_qkv", width, 3 * width), ("attn_output", width, width),
                            ("ffn_norm", width), ("ffn_up", width, 4 * width), ("ffn_down", 4 * width, width)):
            yield from both(f"blk.{n}.{name}", *size)
    yield from both("output_norm", width)
    yield "output.weight", (width, WORDS)


def count(size):
    return size[0] * (size[1] if len(size) > 1 else 1)


def type_of(name, size, kind):
    """As the usual converters have it: vectors and positions stay plain floats."""
    return "f32" if len(size) == 1 or name.startswith("position") else kind


def content(name, size, kind):
    n = count(size)
    if name.endswith(".bias"):
        return bytes(4 * n)
    if "norm" in name:
        return struct.pack("<f", 1) * n
    noise = lambda length: hashlib.shake_128(name.encode()).digest(length)  # noqa: E731
    if kind == "q8_0":  # a scale and 32 numbers of 8 bits, spread evenly over all there are
        data = bytearray(noise(n // 32 * 34))
        data[0::34], data[1::34] = (bytes([b]) * (n // 32) for b in struct.pack("<e", SPREAD / 73.9))
        return data
    if kind == "f16":  # either sign, 2^-6 to 2^-5
        data = bytearray(noise(2 * n))
        data[1::2] = data[1::2].translate(bytes(b & 0x83 | 0x24 for b in range(256)))
        return data
    return array.array("f", [(b - 127.5) * SPREAD / 73.9 for b in noise(n)]).tobytes()


# --- The file ------------------------------------------------------------------------------------------------

def text(value):
    data = value.encode()
    return struct.pack("<Q", len(data)) + data


def values(kind, items):
    return struct.pack("<IQ", kind, len(items)) + (b"".join(map(text, items)) if kind == STRING
                                                  else struct.pack(f"<{len(items)}i", *items))


def metadata(shape, kind):
    """(key, type, encoded value)"""
    width, blocks, heads = SHAPES[shape]
    words, merges = vocabulary()
    number = lambda key, value: (key, U32, struct.pack("<I", value))  # noqa: E731
    return [("general.architecture", STRING, text("gpt2")), ("general.name", STRING, text(f"{shape}, made-up weights")),
            number("general.file_type", TYPES[kind][1]), number("general.quantization_version", 2),
            number("gpt2.context_length", CONTEXT), number("gpt2.embedding_length", width),
            number("gpt2.feed_forward_length", 4 * width), number("gpt2.block_count", blocks),
            number("gpt2.attention.head_count", heads),
            ("gpt2.attention.layer_norm_epsilon", F32, struct.pack("<f", 1e-5)),
            ("tokenizer.ggml.model", STRING, text("gpt2")), ("tokenizer.ggml.pre", STRING, text("gpt-2")),
            ("tokenizer.ggml.tokens", ARRAY, values(STRING, words)),
            ("tokenizer.ggml.token_type", ARRAY, values(I32, [NORMAL_WORD] * (WORDS - 1) + [CONTROL_WORD])),
            ("tokenizer.ggml.merges", ARRAY, values(STRING, merges)),
            number("tokenizer.ggml.bos_token_id", WORDS - 1), number("tokenizer.ggml.eos_token_id", WORDS - 1)]


def aligned(n):
    return -(-n // ALIGNMENT) * ALIGNMENT


def header(shape, kind):
    rows, described, offset = metadata(shape, kind), b"", 0
    for name, size in tensors(shape):
        number, _, block, length = TYPES[type_of(name, size, kind)]
        described += text(name) + struct.pack(f"<I{len(size)}QIQ", len(size), *size, number, offset)
        offset = aligned(offset + count(size) // block * length)
    start = b"GGUF" + struct.pack("<IQQ", 3, len(list(tensors(shape))), len(rows))
    return start + b"".join(text(key) + struct.pack("<I", what) + value for key, what, value in rows) + described


def write(path, shape, kind):
    """The file is there whole, or not at all."""
    new = path.with_name(path.name + ".new")
    with open(new, "wb") as file:
        pad = lambda: file.write(bytes(aligned(file.tell()) - file.tell()))  # noqa: E731
        file.write(header(shape, kind))
        pad()
        for name, size in tensors(shape):
            file.write(content(name, size, type_of(name, size, kind)))
            pad()
    new.rename(path)
