"""Make what the live proofs of all books share: a part of the set-up."""

import sys

from . import common, pack

sys.exit(pack(common()).wait())
