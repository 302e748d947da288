"""Names as people write, hear, type and scan them. Pure.

Four forms of one word: `fold` (accents and case gone), `romanised` (one spelling for the many ways to write a
Ukrainian, Russian, Arabic or Turkish name in Latin letters), `seen` (letters a scanner confuses are one), and
`skeleton` (consonants only, coarse: for finding, never for deciding). `sound` is the Kölner Phonetik.
"""

import re
import unicodedata
from enum import IntEnum
from functools import lru_cache
from itertools import pairwise

from rapidfuzz.distance import OSA, JaroWinkler

_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ı": "i", "ł": "l", "ø": "oe", "đ": "d"})
_CACHED = 200_000

# Cyrillic as the German and the Ukrainian standard agree on it; `romanised` takes care of the differences.
_CYRILLIC = str.maketrans(
    dict(zip("абвгґдезийклмнопрстуфыэієї", "abvhgdeziiklmnoprstufyeiei", strict=True))
    | {"ё": "io", "ж": "zh", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ь": ""}
    | {"ю": "iu", "я": "ia"}
)


@lru_cache(_CACHED)
def fold(name: str) -> str:
    """Lower case, umlauts written out, accents, hyphens and spaces gone; Cyrillic in Latin letters."""
    lower = unicodedata.normalize("NFKC", name).casefold().translate(_CYRILLIC).translate(_GERMAN)
    plain = unicodedata.normalize("NFKD", lower)
    return "".join(char for char in plain if char.isalnum())


def without_marks(text: str) -> str:
    """The same with letters German knows: ễ is e, ç is c, ł is l; umlauts stay."""
    letters = (c if c in "äöüßÄÖÜ" else _plain(c) for c in unicodedata.normalize("NFC", text))
    return "".join(letters)


def _plain(letter: str) -> str:
    found = {"ı": "i", "ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D"}.get(letter, letter)
    return "".join(c for c in unicodedata.normalize("NFD", found) if not unicodedata.combining(c))


_WORDS = re.compile(r"[^\W_]+(?:['’`´][^\W_]+)*")
# Articles and particles that are written together, apart, or not at all.
_PARTICLES = frozenset(
    ("al", "el", "ad", "ar", "as", "at", "an", "von", "van", "der", "den", "de", "zu", "bin", "ibn", "bint")
)
_ARTICLE = re.compile(r"^(?:al|el)(?=[a-z]{4})")


@lru_cache(_CACHED)
def words(name: str) -> tuple[str, ...]:
    """The folded words of a name without particles: "Al Khatib", "Al-Khatib", "Alkhatib" give the same."""
    found = [fold(word) for word in _WORDS.findall(name)]
    found = [word for word in found if word]
    kept = [word for word in found if word not in _PARTICLES] or found
    return tuple(
        _ARTICLE.sub("", word) if word[:2] in ("al", "el") and _written_together(word, name) else word
        for word in kept
    )


def _written_together(word: str, name: str) -> bool:
    """An article glued to its name ("AlSabbagh", "Alhaddad"); not "Alexander", "Elena", "Ella"."""
    return not re.match(
        r"al(?:e[xks]|i[cnsz]|b[ei]|f[or]|ois|ex|in|ma|v|iy)|el(?:e[no]|i[szfa]|f|la|ke|vi|mi|sa|if|is)", word
    )


_ROMANISED = (
    (r"schtsch|shch|szcz", "sh"),
    (r"dsch|dzh|dj|dż|cz(?=[aeiou])", "j"),
    (r"tsch|tch|ch(?=[aeiouy].*(?:k|yk|uk)$)", "c"),
    (r"sch|sh|sz|ch|zh|rz", "s"),
    (r"kh|q|ck|ch|gh|g(?=h)", "k"),
    (r"x", "ks"),
    (r"ph", "f"),
    (r"th|dt|tt", "t"),
    (r"ts|tz|z|c(?=[eiy])|ç", "s"),
    (r"aw(?![aeiou])|au", "u"),
    (r"w", "v"),
    (r"ou|oo|o", "u"),
    (r"ie|ee|ij|iy|yi|ii|ey|ei|ej(?![aeiou])|ai|ay|j|y", "i"),
    (r"ae|ue|oe", "e"),
    (r"c", "k"),
    (r"(?<=.)h", ""),
    (r"e", "a"),
)
_ROMANISING = tuple((re.compile(pattern), put) for pattern, put in _ROMANISED)
_DOUBLED = re.compile(r"(.)\1+")


@lru_cache(_CACHED)
def romanised(word: str) -> str:
    """One spelling for many: "Joussef" and "Yusuf", "Schtscherbak" and "Shcherbak", "Khalid" and "Chalid"."""
    for pattern, put in _ROMANISING:
        word = pattern.sub(put, word)
    return _DOUBLED.sub(r"\1", word)


_SEEN = (
    (re.compile("rn|nn|in"), "m"),
    (re.compile("cl"), "d"),
    (re.compile("vv"), "w"),
    (re.compile("ii|li|ti"), "u"),
)
_SEEN_LETTERS = str.maketrans(
    {"0": "o", "1": "l", "i": "l", "j": "l", "t": "l", "f": "l", "5": "s", "8": "b", "2": "z", "6": "b"}
    | {"9": "g", "q": "g", "3": "e", "c": "e", "4": "a", "7": "l", "h": "b", "n": "u", "v": "y", "w": "m"}
)


@lru_cache(_CACHED)
def seen(word: str) -> str:
    """Letters a scanner, or hasty handwriting, makes of one another are one letter: "Demir" and "Dem1r"."""
    for pattern, put in _SEEN:
        word = pattern.sub(put, word)
    return word.translate(_SEEN_LETTERS)


_SKELETON = str.maketrans("wvpdzxcqgm", "ffbtssskkn", "aeiouyhj")
_SKELETON_GROUPS = (
    (re.compile("schtsch|shch|dsch|tsch|dzh|sch|tch|sh|sz|cz|zh|rz|tz|ts|dj"), "s"),
    (re.compile("kh|ck|gh|ch(?![aeiouy])|c(?![eiyhz])|^ch"), "k"),
    (re.compile("ch"), "s"),
    (re.compile("ph"), "f"),
    (re.compile("rn"), "n"),  # what a scanner makes of m, which is one with n here
    (re.compile("j(?=[aou])"), ""),
)


@lru_cache(_CACHED)
def skeleton(word: str) -> str:
    """The consonants in a few classes. Never empty for a word: of one without consonants the word itself."""
    letters = word.translate(_OCR_DIGITS)
    for pattern, put in _SKELETON_GROUPS:
        letters = pattern.sub(put, letters)
    return _DOUBLED.sub(r"\1", letters.translate(_SKELETON)) or word


_OCR_DIGITS = str.maketrans("0158269", "olsbzbg")


@lru_cache(_CACHED)
def sound(word: str) -> str:
    """Kölner Phonetik (H. J. Postel, IBM-Nachrichten 19/1969): what sounds alike in German has one code."""
    text = "".join(char for char in word.translate(str.maketrans("äöüß", "aous")) if char.isalpha())
    codes = []
    for position, char in enumerate(text):
        before = text[position - 1] if position else ""
        after = text[position + 1] if position + 1 < len(text) else ""
        codes.append(_sound_of(char, before, after, first=position == 0))
    joined = "".join(codes)
    single = "".join(code for last, code in pairwise(" " + joined) if code != last)
    return single[:1] + single[1:].replace("0", "")


def _sound_of(char: str, before: str, after: str, *, first: bool) -> str:
    if char in "aeiouyj":
        return "0"
    if char == "h":
        return ""
    if char == "b" or (char == "p" and after != "h"):
        return "1"
    if char in "dt":
        return "8" if after and after in "csz" else "2"
    if char in "fvwp":
        return "3"
    if char == "c":
        hard = "ahkloqrux" if first else "ahkoqux"
        return "4" if after and after in hard and not (before and before in "sz") else "8"
    if char in "gkq":
        return "4"
    if char == "x":
        return "8" if before and before in "ckq" else "48"
    return {"l": "5", "m": "6", "n": "6", "r": "7", "s": "8", "z": "8"}.get(char, "")


# Short and pet names, each group one name. Only what is common; a name is only ever *also* its group.
_NICKNAMES = """
andreas andi andy
alexander alex sascha oleksandr aleksandr sasha
alexandra oleksandra sascha sasha alex
anna anni anja hanna ania
anastasia nastja nastia asya anastasiia
barbara babsi bärbel basia
benjamin ben benny
bernhard bernd
brigitte gitte gitta birgit
christian chris
christina christine tina chris kristina
christoph chris stoffel
daniel dani danny
daria dascha dasha dariia
dominik nick
dmytro dima dmitri dmitrii
elisabeth lisa elli sissi liesel else elsa betty
emanuel manu
ewa eva
franz franzl
franziska franzi
friedrich fritz fred
gabriele gabi
georg schorsch jörg
gerhard gerd
günter günther guenter
hans johannes johann hannes
heinrich heinz heiner
helmut helli
ibrahim ibo
iryna irina ira
jakob jacob kobi
joachim jochen achim
johanna hanna hanni
josef sepp jupp beppo
jürgen jörg georg
katharina kathi katja katrin kati kateryna katia
klaus nikolaus
konstantin kostja
krzysztof krzysiek
leonard leo leonhard
magdalena lena leni magda
malgorzata gosia margarete
manfred manni fredi
manuela manu ela
margarete grete gretel gretchen margit
maria mia marie mariia mascha masha
martina tina
matthias matze hias
maximilian max
mehmet memo
michael michi micha mike mischa
michaela michi ela
mohammed mohamed muhammad mehmet mo
monika moni
mustafa musti
mykola nikolai kolja
nataliia natalia natascha natasha natali
nikolas nick niko nikolaus
oleksii alexei alexej aljoscha
oksana xenia
patrick pat
peter pit
philipp phil
piotr piotrek peter
rebecca becky
richard richi
robert rob bob robi
rüdiger rudi
rudolf rudi rolf
sebastian basti bastian
serhii sergej sergei
siegfried sigi
sofiia sofia sonja
stefan steffen steve stephan
stefanie steffi stephanie
susanne susi sanne
svitlana swetlana sveta
tetiana tatjana tanja tania
theresa resi thea
thomas tom tommy
ulrich uli
ulrike uli rike
valentyna valja
viktoriia vika
vladyslav vlad
volodymyr wladimir vova
walter walti
waltraud traudl
wilhelm willi willy helmut
wolfgang wolf
yevhen jewgeni zhenia
yuliia julia jule juli
zuzanna zuzia susanne
"""
# One name as a Ukrainian and as a Russian passport have it, and Arabic ones as French and English hear them.
_FORMS = """
aleksandr oleksandr
aleksandra oleksandra
aleksei oleksii
artem artyom
basil bassel
bogdan bohdan
bogdana bohdana
chalid khaled khalid
daniil danylo
dmitri dmytro
ekaterina kateryna jekaterina
elena olena yelena
evgeni jewgeni yevhen
evgeniia jewgenia yevheniia
fatima fatma
galina halyna
gamal jamal
georgi heorhii
grigori hryhorii
igor ihor
kirill kyrylo
konstantin kostiantyn
ludmila liudmyla
michail mikhail mykhailo
mykola nikolai nikolaj
nadezhda nadiia
nikita mykyta
osman othman
pavel pavlo
petr petro
sergei serhii
svetlana svitlana
vasilii vasyl
vladimir volodymyr
yousef yusuf
"""
_FORM_OF: dict[str, int] = {}
_GROUPS_OF: dict[str, frozenset[int]] = {}
for _number, _group in enumerate(_NICKNAMES.strip().splitlines()):
    for _name in _group.split():
        _GROUPS_OF[fold(_name)] = _GROUPS_OF.get(fold(_name), frozenset()) | {_number}
for _number, _group in enumerate(_FORMS.strip().splitlines()):
    for _name in _group.split():
        _FORM_OF[romanised(_name)] = _number


@lru_cache(_CACHED)
def _without_umlauts(word: str) -> str:
    """ "Waldmuller" is how "Waldmüller" looks where dots are lost."""
    return word.replace("ae", "a").replace("oe", "o").replace("ue", "u")


class Likeness(IntEnum):
    """How alike two words of a name are; bigger is more alike."""

    OTHER = 0
    INITIAL = 1
    SIMILAR = 2  # no more than alike
    NICKNAME = 3
    TYPO = 4  # one slip of a finger, an ear or a scanner
    SPELLED = 5  # the same name, romanised in another way, or in its form of another language
    EQUAL = 6


@lru_cache(_CACHED)
def likeness(one: str, other: str) -> Likeness:
    """How alike two folded words are. Symmetric."""
    if one == other:
        return Likeness.EQUAL
    short, long = sorted((one, other), key=len)
    if len(short) == 1:
        return Likeness.INITIAL if long.startswith(short) else Likeness.OTHER
    rough, fine = romanised(one), romanised(other)
    if (rough == fine and len(rough) > 1) or _without_umlauts(one) == _without_umlauts(other):
        return Likeness.SPELLED
    if _FORM_OF.get(rough, -1) == _FORM_OF.get(fine, -2):
        return Likeness.SPELLED
    slips = OSA.distance(one, other, score_cutoff=2)
    if slips <= 1 and len(long) > 3:
        return Likeness.TYPO
    if _GROUPS_OF.get(one, frozenset()) & _GROUPS_OF.get(other, frozenset()):
        return Likeness.NICKNAME
    if len(long) >= 5:
        if seen(one) == seen(other) or OSA.distance(seen(one), seen(other)) <= (1 if len(long) < 9 else 2):
            return Likeness.TYPO
        if slips <= 2 and len(long) >= 7:
            return Likeness.TYPO
        if OSA.distance(rough, fine) <= 1 and min(len(rough), len(fine)) >= 5:
            return Likeness.TYPO
    if len(long) == 4 and OSA.distance(seen(one), seen(other), score_cutoff=1) <= 1:
        return Likeness.SIMILAR
    if slips <= 1 and len(long) == 3:  # "Tm" and "Tim", but Tim and Tom too
        return Likeness.SIMILAR
    alike = max(JaroWinkler.similarity(one, other), JaroWinkler.similarity(rough, fine))
    if (
        alike >= 0.88
        or (alike >= 0.8 and skeleton(one) == skeleton(other))
        or (sound(one) == sound(other) and alike > 0.7)
    ):
        return Likeness.SIMILAR
    return Likeness.OTHER
