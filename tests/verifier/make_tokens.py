#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""make_tokens.py FOLDER TFA-SOURCE: writes the tokens and policies that the verifier's tests read, with a manifest of
what is expected of them. The same bytes every time."""

import pathlib
import sys

sys.dont_write_bytecode = True

import cases_claims
import cases_encoding
import cases_policy
import cases_profiles
import cases_sample
import pair_peer
from corpus import Corpus


def main():
    corpus = Corpus(sys.argv[1])
    cases_policy.add(corpus)
    cases_encoding.add(corpus)
    cases_claims.add(corpus)
    cases_profiles.add(corpus)
    cases_sample.add(corpus, pathlib.Path(sys.argv[2]))
    pair_peer.write(corpus.folder)
    corpus.finish()
    print(f"{len(corpus.lines)} cases, {len(corpus.tokens)} tokens")


main()
