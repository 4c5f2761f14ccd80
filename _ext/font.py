"""Make the font of the formulas, once: the part of TeX Gyre Termes Math that mathematics needs.

python _ext/font.py texgyretermes-math.otf      (the whole font; needs the package brotli)
"""

import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

TARGET = Path(__file__).parent / "static/termes-math-subset.woff2"
CHARACTERS = """
20-7E,A0,AC,B1,B7,D7,F7,302-304,307,20D7,2C6,2DC,2016,2020,2022,2026,2032-2034,2112,2115,211A,211D,2124
2190-2192,21A6,21D2,21D4,2200,2202-2209,220F,2211-2213,2217,2218,221A,221D,221E,2225,2227-222B,223C
2243,2245,2248,2260,2261,2264,2265,226A,226B,2282,2286,2295,2297,2299,22A4,22C5,22C6,22EE-22F1
2308-230B,23DE,23DF,27E8,27E9,393,394,398,39B,39E,3A0,3A3,3A6,3A8,3A9,3B1-3C9,3D1,3D5,3F1,3F5
1D434-1D467,210E,1D6E4-1D71B,1D53C,1D7D9
"""  # the last line: what letters become in a formula
PRIMES = range(0x2032, 0x2035)


def lower_primes(font):
    """Take the primes that are made to be raised: Chromium does not choose them by itself."""
    tables = (t for lookup in font["GSUB"].table.LookupList.Lookup for t in lookup.SubTable)
    raised = next(t.alternates for t in tables if hasattr(t, "alternates"))
    for table in font["cmap"].tables:
        for prime in PRIMES:
            if prime in table.cmap:
                table.cmap[prime] = raised.get(table.cmap[prime], [table.cmap[prime]])[0]


def main(source):
    font = TTFont(source)
    lower_primes(font)
    options = subset.Options(flavor="woff2", layout_features=[], hinting=False)
    options.drop_tables.append("FFTM")
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=subset.parse_unicodes(CHARACTERS))
    subsetter.subset(font)
    subset.save_font(font, TARGET, options)


if __name__ == "__main__":
    main(sys.argv[1])
