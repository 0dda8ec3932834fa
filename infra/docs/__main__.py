"""`python -m infra.docs`: see infra.docs.documents."""

import sys

from infra.docs.documents import main

sys.exit(main(sys.argv[1:]))
