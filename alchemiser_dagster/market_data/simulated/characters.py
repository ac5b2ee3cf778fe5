"""How a symbol of the simulated market behaves: its exposure to the common factors, and what is its own.

Figures are rounded to what such funds did over the last decades; they make the market
plausible and claim no more.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Character:
    """A symbol's constant parameters.

    Parameters
    ----------
    market, growth, rates, gold, energy, fear
        Exposure to each common factor: a factor's log return times the exposure enters the symbol's.
    own
        Volatility that no factor explains, per year (0.2 is 20 %).
    drift
        Log return per year beside the factors.
    """

    market: float = 0.0
    growth: float = 0.0
    rates: float = 0.0
    gold: float = 0.0
    energy: float = 0.0
    fear: float = 0.0
    own: float = 0.0
    drift: float = 0.0


@dataclass(frozen=True, slots=True)
class Derivation:
    """A leveraged or inverse fund: each session's return is a multiple of its index fund's, less the fee."""

    index: str
    multiple: float


_INDEX = Character(market=1.0, own=0.004)
_TECHNOLOGY = Character(market=1.12, growth=1.0, own=0.01, drift=0.015)
_SEMICONDUCTORS = Character(market=1.3, growth=1.6, own=0.12, drift=0.015)
_SMALL = Character(market=1.15, own=0.07, drift=-0.015)
_LOW_VOLATILITY = Character(market=0.68, rates=0.1, own=0.04, drift=0.015)
_STEADY_SECTOR = Character(market=0.7, growth=-0.2, own=0.07, drift=0.01)
_SECTOR = Character(market=1.05, own=0.08, drift=-0.005)
_ENERGY = Character(market=0.9, energy=0.7, own=0.07, drift=-0.02)
_PROPERTY = Character(market=0.95, rates=0.35, own=0.08, drift=-0.01)
_ABROAD = Character(market=0.9, own=0.08, drift=-0.025)
_EMERGING = Character(market=1.0, own=0.14, drift=-0.03)
_BILLS = Character(own=0.0015, drift=0.022)
_SHORT_BONDS = Character(rates=0.1, own=0.003, drift=0.015)
_MIDDLE_BONDS = Character(rates=0.45, own=0.008, drift=0.01)
_LONG_BONDS = Character(rates=1.0, own=0.01)
_LONGEST_BONDS = Character(rates=1.45, own=0.02)
_BOND_MARKET = Character(market=0.02, rates=0.35, own=0.006, drift=0.01)
_CREDIT = Character(market=0.15, rates=0.5, own=0.015, drift=0.008)
_HIGH_YIELD = Character(market=0.4, rates=0.1, own=0.025, drift=0.015)
_GOLD = Character(gold=1.0, own=0.004)
_GOLD_MINERS = Character(market=0.5, gold=1.6, own=0.14, drift=-0.06)
_SILVER = Character(market=0.2, gold=1.3, own=0.13, drift=-0.01)
_OIL = Character(market=0.4, energy=1.2, own=0.1, drift=-0.06)
_COMMODITIES = Character(market=0.3, energy=0.4, gold=0.3, own=0.06, drift=-0.02)
_GAS = Character(energy=0.7, own=0.3, drift=-0.2)
_DOLLAR = Character(market=-0.1, gold=-0.2, own=0.05, drift=0.01)
_FEAR = Character(fear=1.0, own=0.1)
_COIN = Character(market=1.3, growth=0.8, own=0.4, drift=0.05)

_FAMILIES: tuple[tuple[Character, str], ...] = (
    (_INDEX, "SPY VOO IVV SPLG VTI ITOT SCHB VV DIA RSP OEF VT ACWI"),
    (_TECHNOLOGY, "QQQ QQQM ONEQ XLK VGT VUG IWF SPYG SCHG MTUM FTEC IGV MGK"),
    (_SEMICONDUCTORS, "SOXX SMH XSD PSI SOXQ"),
    (_SMALL, "IWM IJR VB VTWO MDY IJH SLY SCHA VBK VBR XBI IBB KRE"),
    (_LOW_VOLATILITY, "USMV SPLV SPHD NOBL SCHD VIG VYM DVY QUAL HDV"),
    (_STEADY_SECTOR, "XLP XLV XLU VDC VHT VPU IYH"),
    (_SECTOR, "XLF XLI XLB XLY XLC VFH VIS VAW VCR VTV IWD VLUE SIZE XHB ITB ITA JETS"),
    (_ENERGY, "XLE VDE XOP OIH IYE"),
    (_PROPERTY, "VNQ IYR XLRE SCHH REM"),
    (_ABROAD, "EFA VEA IEFA VXUS VEU VGK EWJ EWG EWU EWQ EWL EWA EWC VPL SCHF"),
    (_EMERGING, "EEM VWO IEMG FXI MCHI KWEB EWZ EWY EWT INDA EWW EZA TUR RSX"),
    (_BILLS, "BIL SHV SGOV TFLO USFR BOXX XHLF MINT ICSH JPST FLOT"),
    (_SHORT_BONDS, "SHY VGSH SCHO SPTS BSV CSJ VCSH IGSB STIP"),
    (_MIDDLE_BONDS, "IEF VGIT IEI SCHR ITE SPTI TIP SCHP VTIP"),
    (_LONG_BONDS, "TLT VGLT SPTL TLH SCHQ"),
    (_LONGEST_BONDS, "EDV ZROZ GOVZ"),
    (_BOND_MARKET, "AGG BND SCHZ GOVT BIV MBB BNDX MUB"),
    (_CREDIT, "LQD VCIT VCLT IGIB EMB PFF"),
    (_HIGH_YIELD, "HYG JNK USHY SJNK BKLN SRLN"),
    (_GOLD, "GLD IAU GLDM SGOL BAR PHYS"),
    (_GOLD_MINERS, "GDX GDXJ RING"),
    (_SILVER, "SLV SIVR PPLT PALL"),
    (_OIL, "USO BNO DBO USL"),
    (_COMMODITIES, "DBC PDBC GSG COMT DBA DBB CPER"),
    (_GAS, "UNG UNL"),
    (_DOLLAR, "UUP USDU"),
    (_FEAR, "VIXY VXX VIXM VXZ"),
    (_COIN, "GBTC BITO IBIT FBTC ETHE BITQ"),
)

_DERIVATIONS: tuple[tuple[str, float, str], ...] = (
    ("QQQ", 3, "TQQQ"), ("QQQ", 2, "QLD"), ("QQQ", -1, "PSQ"), ("QQQ", -2, "QID"), ("QQQ", -3, "SQQQ"),
    ("SPY", 3, "UPRO SPXL"), ("SPY", 2, "SSO SPUU"), ("SPY", -1, "SH SPDN"), ("SPY", -2, "SDS"),
    ("SPY", -3, "SPXU SPXS"),
    ("DIA", 3, "UDOW"), ("DIA", 2, "DDM"), ("DIA", -1, "DOG"), ("DIA", -2, "DXD"), ("DIA", -3, "SDOW"),
    ("IWM", 3, "TNA URTY"), ("IWM", 2, "UWM"), ("IWM", -1, "RWM"), ("IWM", -2, "TWM"),
    ("IWM", -3, "TZA SRTY"),
    ("MDY", 3, "MIDU UMDD"), ("SOXX", 3, "SOXL"), ("SOXX", -3, "SOXS"), ("SOXX", 2, "USD"),
    ("SOXX", -2, "SSG"),
    ("XLK", 3, "TECL"), ("XLK", -3, "TECS"), ("XLK", 2, "ROM"), ("XLK", -2, "REW"),
    ("XLF", 3, "FAS"), ("XLF", -3, "FAZ"), ("XLF", 2, "UYG"), ("XLF", -2, "SKF"),
    ("XLE", 2, "ERX DIG"), ("XLE", -2, "ERY DUG"), ("XOP", 2, "GUSH"), ("XOP", -2, "DRIP"),
    ("XLV", 3, "CURE"), ("XLV", 2, "RXL"), ("XLU", 3, "UTSL"), ("XLU", 2, "UPW"), ("XLI", 3, "DUSL"),
    ("XLY", 3, "WANT"), ("XLRE", 3, "DRN"), ("XLRE", -3, "DRV"), ("XLRE", 2, "URE"), ("XLRE", -2, "SRS"),
    ("XBI", 3, "LABU"), ("XBI", -3, "LABD"), ("KRE", 3, "DPST"), ("XHB", 3, "NAIL"), ("ITA", 3, "DFEN"),
    ("TLT", 3, "TMF"), ("TLT", 2, "UBT"), ("TLT", -1, "TBF"), ("TLT", -2, "TBT"), ("TLT", -3, "TMV TTT"),
    ("IEF", 3, "TYD"), ("IEF", 2, "UST"), ("IEF", -1, "TBX"), ("IEF", -2, "PST"), ("IEF", -3, "TYO"),
    ("EEM", 3, "EDC"), ("EEM", -3, "EDZ"), ("EEM", -1, "EUM"), ("EFA", -1, "EFZ"),
    ("FXI", 3, "YINN"), ("FXI", -3, "YANG"), ("EWZ", 2, "BRZU"), ("INDA", 2, "INDL"), ("VGK", 3, "EURL"),
    ("GLD", 2, "UGL"), ("GLD", -2, "GLL"), ("GDX", 2, "NUGT"), ("GDX", -2, "DUST"),
    ("GDXJ", 2, "JNUG"), ("GDXJ", -2, "JDST"), ("SLV", 2, "AGQ"), ("SLV", -2, "ZSL"),
    ("USO", 2, "UCO"), ("USO", -2, "SCO"), ("UNG", 2, "BOIL"), ("UNG", -2, "KOLD"),
    ("VIXY", 1.5, "UVXY"), ("VIXY", 2, "UVIX TVIX"), ("VIXY", -0.5, "SVXY"), ("VIXY", -1, "SVIX XIV"),
    ("MGK", 3, "FNGU BULZ"), ("MGK", -3, "FNGD BERZ"), ("NVDA", 2, "NVDL NVDU"), ("TSLA", 2, "TSLL"),
    ("TSLA", -1, "TSLS TSLQ"), ("IBIT", 2, "BITX BITU"), ("IBIT", -1, "BITI"),
)  # fmt: skip

CHARACTERS: dict[str, Character] = {
    symbol: character for character, symbols in _FAMILIES for symbol in symbols.split()
}
DERIVATIONS: dict[str, Derivation] = {
    symbol: Derivation(index, float(multiple))
    for index, multiple, symbols in _DERIVATIONS
    for symbol in symbols.split()
}


def character_of(symbol: str, seed: int) -> Character:
    """Return the character of a known fund, or that of a share drawn from the symbol's name and the seed."""
    known = CHARACTERS.get(symbol)
    if known is not None:
        return known
    beta, growth, own, drift = (
        _fraction(symbol, seed, trait) for trait in ("beta", "growth", "own", "drift")
    )
    return Character(
        market=0.6 + 0.9 * beta, growth=growth, own=0.15 + 0.25 * own, drift=-0.04 + 0.12 * drift
    )


def level_of(symbol: str, seed: int) -> float:
    """Return the price in dollars, 20 to 400, at which the symbol stands on the anchor session."""
    return 20.0 * math.exp(_fraction(symbol, seed, "level") * math.log(20.0))


def turnover_of(symbol: str, seed: int) -> float:
    """Return the dollars traded on an ordinary session, 10 million to 10 billion."""
    return 1e7 * math.exp(_fraction(symbol, seed, "turnover") * math.log(1000.0))


def _fraction(symbol: str, seed: int, trait: str) -> float:
    digest = hashlib.sha256(f"{seed}/{symbol}/{trait}".encode()).digest()
    return int.from_bytes(digest[:8]) / 2**64
