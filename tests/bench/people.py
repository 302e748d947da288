"""Invented people and what arrives of them: python -m tests.bench.people DIR [--people N] [--records N]

Writes population.csv, incoming.csv and truth.csv for `manage.py bench_persons --truth`.
Families at one address, twins, parent and child of one name, namesakes; typing, hearing, scanning and
handwriting errors, transliterations, swapped and missing fields, marriages, moves. Names are frequent as in
life: a few very common ones, a long tail made of syllables. How often each thing happens is how often it does
in a sample of 2,000 records with 20,000 people, by the way they came in: a form of the web asks for name and
address, only a letter leaves them out; who errs once errs more often than not twice. As often as there, too, are
households so big, share contacts, and write relatives the register does not have; only unknown twins write
the family's contacts a little more often than there, where none does.
"""

# ruff: noqa: E501 SIM905  the lists of names are words of a text

import argparse
import csv
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

ORIGINS = {
    "de": (
        0.52,
        "Anna Thomas Sabine Michael Lukas Lena Andreas Petra Leon Claudia Stefan Laura Peter Susanne Finn Lea Markus Monika Paul Julia Christian Marie "
        "Martina Klaus Sarah Jonas Andrea Frank Emma Birgit Uwe Nicole Felix Katharina Jürgen Heike Maximilian Lisa Ursula Jan Mia Daniel Karin "
        "Tobias Hannah Renate Alexander Sandra Ralf Sophie Gabriele Luca Melanie Dieter Lina Elias Stefanie Bernd Johanna Sven Angelika Noah "
        "Tanja Matthias Emilia Brigitte Tim Anja Jörg Nele Silke Werner Ben Kerstin Clara Holger Luisa Christine Florian Ute Niklas Barbara "
        "Sebastian Mila Manfred Jana Julian Simone Günter Amelie Philipp Heidi Torsten Leonie David Ingrid Marco Frieda Moritz Jutta Rainer "
        "Charlotte Dennis Elke Helmut Maja Patrick Cornelia Emil Ella Simon Anke Gerhard Pia Anton Doris Olaf Carla Jakob Regina Nils Greta Robert "
        "Sonja Theo Helga Dirk Ida Fabian Marion Heinz Paula Oskar Christa Kai Antonia Benjamin Bettina Carsten Marlene Erik Gisela Lars Theresa "
        "Henry Annette Volker Franziska Kevin Irmgard Wolfgang Nina Jannik Erika Horst Vanessa Marcel Ilse Norbert Michelle Samuel Dagmar Axel "
        "Carolin Justin Hannelore Joachim Jasmin Vincent Katja Herbert Svenja Björn Margit Hans-Peter Rosemarie Karl-Heinz Annika Ole Waltraud "
        "Ulrich Larissa Mats Beate Günther Jacqueline Till Christel Siegfried Ronja Konrad Gudrun Hartmut Selina Lennart Anneliese Egon Wiebke",
        0.5,
        "Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Schäfer Koch Bauer Richter Klein Wolf Schröder Neumann Schwarz "
        "Zimmermann Braun Krüger Hofmann Hartmann Lange Schmitt Werner Schmitz Krause Meier Lehmann Schmid Schulze Maier Köhler Herrmann König Walter "
        "Mayer Huber Kaiser Fuchs Peters Lang Scholz Möller Weiß Jung Hahn Schubert Vogel Friedrich Keller Günther Frank Berger Winkler Roth Beck "
        "Lorenz Baumann Franke Albrecht Schuster Simon Ludwig Böhm Winter Kraus Martin Schumacher Krämer Vogt Stein Jäger Otto Sommer Groß Seidel "
        "Heinrich Brandt Haas Schreiber Graf Schulte Dietrich Ziegler Kuhn Kühn Pohl Engel Horn Busch Bergmann Thomas Voigt Sauer Arnold Wolff Pfeiffer "
        "Ernst Lindner Hübner Kramer Franz Beyer Wenzel Barth Peter Jansen Kern Paul Nagel Riedel Seifert Götz Ritter Kaufmann Thiele Grimm Hein "
        "Reuter Kunz Bachmann Wirth Böttcher Fiedler Ulrich Schütz Rose Förster Brinkmann Adam Haase Geiger Rohde Jahn Langer Beckmann Eckert Bruns",
        "bach berg feld hof mann horst stein wald brück haus meier huber kamp reuter thal becker winkel rieder brunner dorfer egger gruber "
        "hagen hausen heimer inger kötter lander leitner löhner macher moser müller ner pointner rath schmied städter steiner wieser ziegler",
        "Alt Neu Ober Unter Birken Eichen Linden Stein Wald Feld Moor Brunn Kirch Sand Rot Weiß Gold Grün Buch Hohl Acker Ahorn Amsel Bären Berg "
        "Blei Breit Diet Eber Eis Engel Falken Fuchs Gras Hasel Heid Herbst Hirsch Holz Kalten Kessel Klein Kohl Kupfer Lang Lerch Licht Loh Mond "
        "Mühl Nord Ost Rehm Rosen Salz Schön Schwarz See Silber Sommer Sonn Storch Sturm Tann Wein Wester Winter Wolf Zimmer",
    ),
    "ar": (
        0.19,
        "Mohammad Fatima Ahmad Maryam Ali Nour Omar Aisha Mahmoud Zainab Yousef Iman Khaled Amina Hassan Rania Hussein Hala Ibrahim Samira Mustafa "
        "Layla Samir Amira Tarek Yasmin Ziad Dina Bilal Huda Karim Salma Abdulrahman Khadija Anas Rima Amer Lina Bassel Hanan Firas Sahar Ghassan "
        "Abeer Hamza Wafa Haitham Nadia Imad Suha Jamal Rasha Kamal Manal Louay Reem Maher Sara Marwan Ghada Munir Lubna Nabil Basma Nizar Jamila "
        "Osama Nawal Qusay Ranim Rami Shaima Rashid Siham Saad Sumaya Said Tahani Salim Hiba Tamer Yusra Wael Zahra Walid Ikram Yahya Faten Zakaria "
        "Mona Adnan Hind Ayman Maysa Bashar Dalal Faisal Inas Hani Khawla Jihad Nisreen Majid Sawsan Nasser Taghreed Raed Widad Sami Buthaina Tawfiq",
        0.48,
        "Al-Khatib Haddad Khoury Hassan Ibrahim Mansour Saleh Nasser Darwish Hamdan Jaber Qasim Rashid Shami Zaher Al-Masri Al-Hussein Othman Suleiman "
        "Farhat Najjar Sabbagh Taha Younes Ghanem Awad Bakri Daher Fayad Karam Ahmad Al-Ahmad Ali Mahmoud Khalil Al-Ali Fares Murad Shahin Loutfi "
        "Mohammad Rajab Al-Sayed Hariri Al-Homsi Kurdi Tawil Rifai Dabbagh Al-Jassem Naddaf Jarrah Kanaan Obeid Nouri Sharif Farhan Hamid Qadri Wazir "
        "Abboud Assad Al-Rahman Tahan Shaaban Deeb Ajami Al-Halabi Barakat Issa Yassin Zeidan Al-Abdullah Atassi Mardini Qabbani Sukkar Touma",
        "awi ani uri iri oun ali ari ab ah ad im in aal eddin aoui eish ouni asri",
        "Sha Kha Mu Ha Za Fa Ra Ja Ga Dha Ba Ma Na Qa Sa Ta Abu-Ra Abu-Sa Al-Ba Al-Ja Al-Ma Al-Qa Al-Ra Al-Sa Bara Dara Fara Jara Kara Mara Naja Sala Zaka",
    ),
    "uk": (
        0.14,
        "Olena Oleksandr Nataliia Serhii Iryna Andrii Tetiana Volodymyr Oksana Mykola Svitlana Ihor Yuliia Dmytro Kateryna Viktor Viktoriia Yurii "
        "Mariia Ivan Anastasiia Vasyl Liudmyla Oleh Halyna Maksym Daryna Bohdan Valentyna Taras Alla Yevhen Larysa Artem Inna Ruslan Nadiia Vitalii "
        "Hanna Petro Anna Anatolii Sofiia Pavlo Liubov Roman Alina Vadym Olha Mykhailo Lesia Denys Yana Kostiantyn Vira Oleksii Diana Vladyslav Zoia "
        "Stanislav Raisa Yaroslav Marharyta Valerii Polina Hryhorii Solomiia Stepan Kseniia Leonid Nina Danylo Zlata Nazar Antonina Kyrylo Tamara "
        "Ostap Ulyana Mark Veronika Tymofii Milana Borys Lidiia Arsen Zhanna Heorhii Yeva Rostyslav Emiliia Eduard Stefaniia Zakhar Iaryna Illia",
        0.3,
        "Shevchenko Kovalenko Bondarenko Tkachenko Kravchenko Melnyk Boiko Moroz Lysenko Petrenko Savchenko Rudenko Marchenko Polishchuk Koval Shcherbak "
        "Zhuk Yushchenko Hryhorenko Khomenko Tsymbal Zinchenko Chornovil Oliinyk Ponomarenko Klymenko Pavlenko Tymoshenko Mazur Kravets Vasylenko "
        "Levchenko Havryliuk Romaniuk Didenko Kostenko Karpenko Fedorenko Hrytsenko Bilous Honchar Nesterenko Sydorenko Panchenko Kuzmenko Babenko",
        "enko chuk yk uk iv skyi shyn ets iak iuk yshyn tska ko enchuk ash ura",
        "Koval Honchar Tymosh Shved Khar Zav Pan Stel Yar Dor Bil Chor Mak Tys Luts Zhyt Rom Nester Prok Bond Dany Fedor Havryl Hryts Kach Klym Kryv Kuch "
        "Kushn Lavr Maz Melnyk Myk Olif Ostap Petr Ryb Sav Sem Shcherb Stets Syd Tsymb Vas Yakov Yurch Zadorozh Zinch",
    ),
    "tr": (
        0.15,
        "Mehmet Fatma Mustafa Ayşe Ahmet Emine Ali Hatice Hüseyin Zeynep Hasan Elif İbrahim Meryem Murat Özlem Ömer Şerife Emre Gül Burak Sevgi Can "
        "Derya Yusuf Esra Kemal Büşra Osman Yasemin Ramazan Gülay Halil Zehra Süleyman Sultan İsmail Hanife Recep Merve Mahmut Havva Fatih Kübra "
        "Orhan Songül Yaşar Sevim Serkan Sibel Salih Melek Erkan Filiz Hakan Aynur Adem Döndü Kadir Dilek Metin Hacer Bekir Nurcan Cemal Ebru Şaban "
        "Aysel Volkan Pınar Selim Leyla Onur Gamze Tolga Tuğba Uğur Nuray Cengiz Hülya Engin Nermin Turgut Rukiye Yiğit Seda Gökhan Arzu Kaan Sevda "
        "Levent Esma Barış Gizem Sinan Nazlı Ercan İrem Deniz Ece Kerem Aylin Okan Selin Tuncay Şükran Umut Feride Veli Perihan Zafer Nilgün",
        0.58,
        "Yılmaz Kaya Demir Çelik Şahin Yıldız Öztürk Aydın Özdemir Arslan Doğan Kılıç Aslan Çetin Kara Koç Kurt Özkan Şimşek Polat Korkmaz Erdoğan Güneş "
        "Aksoy Taş Bulut Keskin Ünal Turan Gündüz Yıldırım Yavuz Can Acar Aktaş Avcı Bozkurt Çakır Güler Işık Kaplan Karaca Köse Özer Sarı Tekin Tunç "
        "Uysal Yalçın Yüksel Ateş Bayram Coşkun Duman Erdem Ekinci Gül Karataş Kocabaş Sönmez Toprak Uçar Vural Yiğit Zengin",
        "oğlu türk can er demir kaya taş gül soy bay tekin doğan bulut dağ göz tepe çelik yürek alp men han kol",
        "Ak Kara Er Gök Yıl Öz Ay Gün Demir Taş Kaya Bay Tan Ün Çağ Şen Al Altın Bal Boz Çal Del Gür İnce Kır Kızıl Koca Kurt Sarı Tok Tuğ Uzun Yel Yiğit",
    ),
}
STREETS = (
    "Haupt Bahnhof Schul Garten Berg Kirch Wald Ring Linden Birken Mühlen Rosen Wiesen Goethe Schiller Mozart Friedrich "
    "Kaiser Park Markt Post Feld Bach Brunnen Eichen Tulpen Sonnen Steig Hafen Ufer"
).split()
STREET_ENDS = ("straße", "weg", "allee", "platz", "gasse", "damm", "ring", "Chaussee")
CITIES = (
    ("68", "Mannheim"),
    ("67", "Ludwigshafen"),
    ("69", "Heidelberg"),
    ("76", "Karlsruhe"),
    ("60", "Frankfurt am Main"),
)
MAIL = ("gmx.net", "web.de", "gmail.com", "posteo.de", "mail.de")
KINDS_OF_LETTERS = "ABCDEFGH"
CHANNELS = ("web", "post", "desk")
# How many write without a slip, with as many as usual, with more, with many.
CARELESS = {
    "web": (0.40, 0.36, 0.19, 0.05),
    "post": (0.10, 0.33, 0.38, 0.19),
    "desk": (0.37, 0.40, 0.19, 0.04),
}
# How many give their customer number, e-mail, telephone, account and case number, of those who have one.
WRITES = {
    "web": (0.40, 0.95, 0.75, 0.65, 0.29),
    "post": (0.16, 0.17, 0.41, 0.44, 0.18),
    "desk": (0.61, 0.28, 0.56, 0.30, 0.40),
}


@dataclass(frozen=True)
class One:
    id: str = ""
    customer_number: str = ""
    case_number: str = ""
    first_name: str = ""
    last_name: str = ""
    birth_name: str = ""
    birth_date: date = date(1990, 1, 1)
    street: str = ""
    house_number: str = ""
    zip: str = ""
    city: str = ""
    phone: str = ""
    email: str = ""
    iban: str = ""
    origin: str = "de"
    female: bool = False


def main() -> None:
    parser = argparse.ArgumentParser(prog="tests.bench.people", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--records", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=7)
    chosen = parser.parse_args()
    make(chosen.folder, people=chosen.people, records=chosen.records, seed=chosen.seed)


def make(folder: Path, *, people: int, records: int, seed: int) -> None:
    """The same seed gives the same files."""
    folder.mkdir(parents=True, exist_ok=True)
    write(folder, Maker(random.Random(seed)), people, records)


class Maker:
    def __init__(self, dice: random.Random) -> None:
        self.dice = dice
        self.numbers: set[str] = set()
        self.lists = {
            o: (g.split(), often, f.split(), e.split(), b.split())
            for o, (_, g, often, f, e, b) in ORIGINS.items()
        }
        self.origins = list(ORIGINS)
        self.weights = [ORIGINS[o][0] for o in self.origins]

    def skewed(self, words: list[str]) -> str:
        """The first are far more frequent than the last."""
        return words[int(len(words) * self.dice.random() ** 1.7)]

    def given(self, origin: str) -> str:
        words = self.lists[origin][0]
        name = self.skewed(words)
        if self.dice.random() < 0.06:
            name = f"{name} {self.dice.choice(words)}"
        return name

    def family(self, origin: str) -> str:
        _, often, common, ends, starts = self.lists[origin]
        if self.dice.random() < often:
            return self.skewed(common)
        middle = self.dice.choice(("", "", "", "en", "el", "er", "in", "a", "o", "am"))
        return self.dice.choice(starts) + middle + self.dice.choice(ends)

    def born(self, origin: str, first: int, last: int) -> date:
        day = date(first, 1, 1) + timedelta(days=self.dice.randrange((last - first + 1) * 365))
        unknown = origin == "ar" and self.dice.random() < 0.22
        return date(day.year, 1, 1) if unknown else day

    def number(self) -> str:
        while True:
            digits = f"{self.dice.randrange(10**9):09}"
            number = digits[:3] + self.dice.choice(KINDS_OF_LETTERS) + digits[3:]
            if number not in self.numbers:
                self.numbers.add(number)
                return number

    def phone(self) -> str:
        return (
            "01"
            + self.dice.choice(("51", "60", "70", "72", "75", "76", "79"))
            + f"{self.dice.randrange(10**8):08}"
        )

    def iban(self) -> str:
        bank = (
            self.dice.choice(("67050505", "67090000", "10010010", "50010517"))
            + f"{self.dice.randrange(10**10):010}"
        )
        return f"DE{98 - int(bank + '131400') % 97:02}{bank}"

    def mail(self, one: One) -> str:
        plain = one.last_name.casefold().replace(" ", "").encode("ascii", "ignore").decode()
        first = one.first_name.split()[0].casefold().encode("ascii", "ignore").decode()
        local = self.dice.choice(
            (
                f"{first}.{plain}",
                f"{first[:1]}.{plain}",
                f"{plain}{first}",
                f"{first}{self.dice.randrange(99)}",
            )
        )
        return f"{local}{self.dice.choice(('', '', self.dice.randrange(1000)))}@{self.dice.choice(MAIL)}"

    def address(self) -> dict[str, Any]:
        start, city = self.dice.choice(CITIES)
        return {
            "street": self.dice.choice(STREETS) + self.dice.choice(STREET_ENDS)
            if self.dice.random() < 0.6
            else f"{self.dice.choice(STREETS)}{self.dice.choice(STREETS).casefold()}{self.dice.choice(STREET_ENDS)}",
            "house_number": str(1 + int(150 * self.dice.random() ** 2))
            + self.dice.choice(("", "", "", "a", "b")),
            "zip": f"{start}{self.dice.randrange(1, 400):03}",
            "city": city,
        }

    def household(self) -> list[One]:
        dice, origin = self.dice, self.dice.choices(self.origins, self.weights)[0]
        family, case = (
            self.family(origin),
            f"{dice.choice((64401, 64402, 61110))}BG{dice.randrange(10**7):07}",
        )
        where, iban = self.address(), self.iban()
        size = dice.choices(range(1, 7), (0.49, 0.14, 0.14, 0.12, 0.07, 0.04))[0]
        adults = 1 if size == 1 or dice.random() < 0.25 else 2
        found: list[One] = []
        for n in range(adults):
            own = family if n == 0 or dice.random() < 0.8 else self.family(origin)
            one = One(
                first_name=self.given(origin),
                last_name=own,
                birth_date=self.born(origin, 1956, 2006),
                origin=origin,
                case_number=case,
                female=n == 1 or dice.random() < 0.5,
                **where,
            )
            if one.female and dice.random() < 0.15:
                one = replace(one, birth_name=self.family(origin))
            if n and origin == "de" and dice.random() < 0.08:
                one = replace(one, last_name=f"{family}-{self.family(origin)}")
            found.append(self.with_contacts(one, found[0] if found else None, iban))
        while len(found) < size:
            child = replace(
                dice.choice(found[:adults]),
                first_name=self.given(origin),
                last_name=family,
                birth_name="",
                birth_date=self.born(origin, 1996, 2025),
                female=dice.random() < 0.5,
            )
            if dice.random() < 0.025:
                child = replace(child, first_name=found[0].first_name)  # parent and child of one name
            found.append(self.with_contacts(child, dice.choice(found[:adults]), iban))
            if dice.random() < 0.03:  # twins
                twin = replace(child, first_name=self.given(origin))
                found.append(self.with_contacts(twin, dice.choice(found[:adults]), iban))
        return [replace(one, customer_number=self.number()) for one in found]

    def with_contacts(self, one: One, parent: One | None, iban: str) -> One:
        """Some are the family's: in the set this follows, of ten telephones two, of addresses four."""
        way, account, mail = self.dice.random(), self.dice.random(), self.dice.random()
        phone = "" if way < 0.13 else parent.phone if parent and way < 0.32 else self.phone()
        email = "" if mail < 0.35 else parent.email if parent and mail < 0.65 else self.mail(one)
        return replace(
            one,
            phone=phone,
            email=email,
            iban="" if account < 0.08 else iban if account < 0.68 else self.iban(),
        )

    # --- errors

    def slip(self, word: str) -> str:
        """One key wrong, missing, doubled, or two changed places."""
        if len(word) < 3:
            return word
        at, way = self.dice.randrange(1, len(word) - 1), self.dice.randrange(4)
        if way == 0:
            return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        if way == 1:
            return word[:at] + word[at + 1 :]
        if way == 2:
            return word[:at] + word[at] + word[at:]
        return word[:at] + self.dice.choice("aeinrstl") + word[at + 1 :]

    def scanned(self, word: str) -> str:
        pairs = (
            ("m", "rn"),
            ("rn", "m"),
            ("l", "1"),
            ("i", "l"),
            ("o", "0"),
            ("S", "5"),
            ("B", "8"),
            ("e", "c"),
            ("cl", "d"),
            ("h", "b"),
            ("u", "ii"),
            ("t", "f"),
            ("a", "o"),
            ("n", "ri"),
            ("ü", "u"),
            ("ä", "a"),
            ("g", "q"),
        )
        fitting = [pair for pair in pairs if pair[0] in word]
        if not fitting:
            return word
        old, new = self.dice.choice(fitting)
        return word.replace(old, new, 1)

    def respelled(self, word: str, origin: str) -> str:
        """As somebody else writes the name in Latin letters."""
        ways = {
            "uk": (
                ("Yu", "Ju"),
                ("ii", "ij"),
                ("ii", "y"),
                ("sh", "sch"),
                ("Sh", "Sch"),
                ("zh", "sch"),
                ("Zh", "J"),
                ("kh", "ch"),
                ("Kh", "Ch"),
                ("V", "W"),
                ("v", "w"),
                ("ia", "ja"),
                ("ts", "z"),
                ("y", "i"),
                ("H", "G"),
                ("chuk", "tschuk"),
                ("Ol", "Al"),
            ),
            "ar": (
                ("Mohammad", "Muhamed"),
                ("Yousef", "Yusuf"),
                ("Kh", "Ch"),
                ("sh", "sch"),
                ("Sh", "Sch"),
                ("ou", "u"),
                ("Al-", "Al "),
                ("Al-", "El-"),
                ("ei", "ai"),
                ("q", "k"),
                ("Q", "K"),
                ("ss", "s"),
                ("j", "dsch"),
                ("J", "Dsch"),
                ("aa", "a"),
                ("ad", "ed"),
                ("im", "eem"),
                ("w", "u"),
            ),
            "tr": (
                ("ş", "s"),
                ("Ş", "S"),
                ("ı", "i"),
                ("ç", "c"),
                ("Ç", "Tsch"),
                ("ğ", "g"),
                ("ü", "ue"),
                ("ö", "oe"),
                ("ö", "o"),
                ("Ö", "O"),
                ("İ", "I"),
                ("ş", "sch"),
                ("y", "j"),
            ),
            "de": (
                ("ü", "ue"),
                ("ö", "oe"),
                ("ä", "ae"),
                ("ß", "ss"),
                ("ei", "ai"),
                ("ai", "ei"),
                ("ph", "f"),
                ("th", "t"),
                ("ck", "k"),
                ("mm", "m"),
                ("dt", "d"),
                ("C", "K"),
                ("ie", "i"),
                ("z", "tz"),
                ("f", "ph"),
            ),
        }[origin]
        for old, new in self.dice.sample(ways, len(ways)):
            if old in word:
                return word.replace(old, new, 1)
        return word

    def misread_day(self, text: str) -> str:
        hand = {
            "1": "7",
            "7": "1",
            "0": "6",
            "3": "8",
            "4": "9",
            "5": "6",
            "8": "3",
            "9": "4",
            "6": "0",
            "2": "7",
        }
        at = self.dice.choice([n for n, char in enumerate(text) if char.isdigit()])
        new = (
            hand[text[at]]
            if self.dice.random() < 0.7
            else {"1": "l", "0": "O", "5": "S", "8": "B", "2": "Z"}.get(text[at], "7")
        )
        return text[:at] + new + text[at + 1 :]

    def record(self, one: One, family: Sequence[One] = ()) -> tuple[dict[str, str], list[str]]:
        dice, kinds = self.dice, []
        channel = dice.choices(CHANNELS, (0.445, 0.41, 0.145))[0]
        careless = dice.choices((0.1, 0.9, 1.4, 1.7), CARELESS[channel])[0]

        def happens(kind: str, *often: float) -> bool:
            """How often by web, post and desk, or everywhere, for somebody of usual care."""
            hit = dice.random() < careless * often[CHANNELS.index(channel) % len(often)]
            if hit:
                kinds.append(kind)
            return hit

        post = channel == "post"
        if one.female and happens("married", 0.075):
            one = replace(one, last_name=self.family(one.origin))
        if happens("moved", 0.10, 0.10, 0.13):
            one = replace(one, **self.address())
        first, last, born = one.first_name, one.last_name, one.birth_date
        if dice.random() < (0.3 if one.origin != "de" else 0.08):
            kinds.append("respelled")
            first, last = (
                (self.respelled(first, one.origin), last)
                if dice.random() < 0.4
                else (first, self.respelled(last, one.origin))
            )
        if happens("heard_first", 0, 0, 0.08):
            first = self.respelled(first, one.origin)
        if happens("heard_last", 0, 0, 0.08):
            last = self.respelled(last, one.origin)
        if happens("slip_first", 0.09, 0.02, 0.09):
            first = self.slip(first)
        if happens("slip_last", 0.09, 0.02, 0.09):
            last = self.slip(last)
        if happens("scan_first", 0, 0.08, 0):
            first = self.scanned(first)
        if happens("scan_last", 0, 0.15, 0):
            last = self.scanned(last)
        if (" " in first or "-" in last.removeprefix("Al-")) and happens("half_name", 0.15):
            first, last = dice.choice(((first.split()[0], last), (first, last.split("-")[-1])))
        if happens("initial", 0.01, 0.08, 0.07):
            first = f"{first[0]}."
        if happens("no_first", 0, 0.12, 0):
            first = ""
        if first and happens("swapped", 0.09, 0.08, 0.12):
            first, last = last, first
        elif first and happens("one_field", 0, 0.105, 0):
            first, last = "", dice.choice((f"{first} {last}", f"{last}, {first}", f"{last} {first}"))
        if happens("lower", 0.095, 0, 0):
            first, last = first.lower(), last.upper()
        if happens("day_swapped", 0.03) and born.day < 13:
            born = date(born.year, born.day, born.month)
        if happens("year_off", 0.11, 0, 0.03):
            born = born.replace(day=min(born.day, 28), year=born.year + dice.choice((-1, 1, 10, -10)))
        day = (
            dice.choice(
                (
                    f"{born:%d.%m.%Y}",
                    f"{born:%d.%m.%y}",
                    f"{born.day}.{born.month}.{born.year}",
                    f"{born:%d %m %Y}",
                )
            )
            if post
            else dice.choice((f"{born:%Y-%m-%d}", f"{born:%d.%m.%Y}"))
        )
        if happens("day_misread", 0, 0.29, 0.07):
            day = self.misread_day(day)
        if happens("no_day", 0.105, 0.095, 0.10):
            day = ""
        where = {key: getattr(one, key) for key in ("street", "house_number", "zip", "city")}
        if happens("street_slip", 0.09, 0.10, 0.09):
            where["street"] = (self.scanned if post else self.slip)(where["street"])
        if happens("zip_slip", 0.005, 0.08, 0.005):
            at = dice.randrange(5)
            where["zip"] = where["zip"][:at] + str(dice.randrange(10)) + where["zip"][at + 1 :]
        if happens("no_address", 0, 0.095, 0.11):
            where = dict.fromkeys(where, "")
        writes = dict(zip(("number", "email", "phone", "iban", "case"), WRITES[channel], strict=True))

        def written(what: str, value: str) -> str:
            return value if dice.random() < writes[what] else ""

        number = written("number", one.customer_number)
        if number and dice.random() < 0.06:
            kinds.append("number_slip")
            at = dice.randrange(4, 9)
            number = number[:at] + number[at + 1] + number[at] + number[at + 2 :]
        elif number and len(family) > 1 and dice.random() < 0.06:
            kinds.append("number_of_family")
            number = dice.choice([other for other in family if other.id != one.id]).customer_number
        email = written("email", one.email)
        if email and happens("new_email", 0.14):
            email = f"neu{dice.randrange(10**6)}@{dice.choice(MAIL)}"
        phone = written("phone", one.phone)
        if phone and dice.random() < 0.2:
            phone = f"+49 {phone[1:4]} {phone[4:]}"
        return {
            "channel": channel, "first_name": first, "last_name": last, "birth_date": day, **where,
            "phone": phone, "email": email, "iban": written("iban", one.iban),
            "customer_number": number, "case_number": written("case", one.case_number),
        }, [f"ch_{channel}", f"origin_{one.origin}", *kinds]  # fmt: skip


PERSON = ("person_id", "customer_number", "case_number", "first_name", "last_name", "birth_name", "birth_date", "gender", "nationality", "street", "house_number", "zip", "city", "phone", "email", "iban")  # fmt: skip
RECORD = ("record_id", "seq", "channel", "first_name", "last_name", "birth_date", "street", "house_number", "zip", "city", "phone", "email", "iban", "customer_number", "case_number")  # fmt: skip
TRUTH = ("record_id", "entity_id", "in_register", "case_number", "kinds", "insufficient")


def write(folder: Path, maker: Maker, people: int, records: int) -> None:
    dice = maker.dice
    chosen: list[list[One]] = []  # some households, to write of
    count, households = 0, 0
    with (folder / "population.csv").open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(PERSON)
        while count < people:
            members = []
            for drawn in maker.household():
                count += 1
                one = replace(drawn, id=f"P{count:07}")
                members.append(one)
                as_known = replace(one, last_name=maker.slip(one.last_name)) if dice.random() < 0.01 else one
                rows.writerow((one.id, one.customer_number, one.case_number, as_known.first_name, as_known.last_name, one.birth_name, one.birth_date.isoformat(), "", "", one.street, one.house_number, one.zip, one.city, one.phone, one.email, one.iban))  # fmt: skip
            households += 1
            if dice.random() < min(1.0, 2.2 * records / people * len(members)):
                chosen.append(members)
    dice.shuffle(chosen)
    arriving: list[tuple[One, bool, str, Sequence[One]]] = []
    for n in range(records):
        way = dice.random()
        members = chosen[n % len(chosen)]
        one = dice.choice(members)
        new = f"N{n:06}"
        if way < 0.77:
            arriving.append((one, True, "reg", members))
        elif way < 0.912:
            newcomers = [
                replace(member, id=f"{new}-{at}", customer_number="", case_number="")
                for at, member in enumerate(maker.household())
            ]
            dice.shuffle(newcomers)
            arriving.append((newcomers[0], False, "new", ()))
            if dice.random() < 0.73:
                arriving.append((newcomers[0], False, "new_again", ()))
            if len(newcomers) > 1 and dice.random() < 0.2:
                arriving.append((newcomers[1], False, "new|new_family", ()))
        else:
            kind = dice.choice(RELATIVES)
            if kind == "namesake" and any(
                one.first_name == other.first_name for other in members if other != one
            ):
                kind = "sibling"  # the parent or child of that name is known already
            arriving.append((relative(maker, one, members, new, kind), False, f"neg|neg_{kind}", ()))
    dice.shuffle(arriving)
    with (
        (folder / "incoming.csv").open("w", newline="", encoding="utf-8") as file,
        (folder / "truth.csv").open("w", newline="", encoding="utf-8") as truth_file,
    ):
        rows, truth = csv.writer(file), csv.writer(truth_file)
        rows.writerow(RECORD)
        truth.writerow(TRUTH)
        for n, (one, known, kind, family) in enumerate(arriving[:records], start=1):
            record, kinds = maker.record(one, family)
            rows.writerow((f"R{n:06}", n, *(record[name] for name in RECORD[2:])))
            bare = (
                not record["birth_date"] and len(record["first_name"]) < 3 and not record["customer_number"]
            )
            truth.writerow(
                (f"R{n:06}", one.id, int(known), one.case_number, "|".join([kind, *kinds]), int(bare))
            )


RELATIVES = ("twin", "namesake", "newborn", "sibling", "spouse", "elsewhere", "same_day")


def relative(maker: Maker, one: One, members: list[One], new: str, kind: str) -> One:
    """Somebody the register does not have, and who is like somebody it has (of these members of a household).

    A twin, a parent or child of one name, a newborn, a sibling, a spouse; elsewhere somebody of the same name,
    or of the same family name born on the same day.
    """
    dice = maker.dice
    at_home = replace(one, id=new, customer_number="", phone="", email="", iban="")
    years = dice.choice((-1, 1)) * dice.randrange(18, 40)
    if not 1935 <= one.birth_date.year + years <= 2025:
        years = -years
    other_day = maker.born(one.origin, 1956, 2024)
    name = maker.given(one.origin)
    taken = {word for member in members for word in member.first_name.split()}
    while set(name.split()) & taken:
        name = maker.given(one.origin)

    def theirs(phone: float, email: float, iban: float) -> One:
        """With contacts of the one who is known, so often."""
        return replace(
            at_home,
            phone=one.phone if dice.random() < phone else "",
            email=one.email if dice.random() < email else "",
            iban=one.iban if dice.random() < iban else "",
        )

    if kind == "twin":  # there none of 24 does, and none of 23 newborn; some may
        return replace(theirs(0.06, 0.06, 0.08), first_name=name)
    if kind == "namesake":
        day = other_day.replace(year=one.birth_date.year + years, day=min(28, other_day.day))
        return replace(theirs(0.9, 0.05, 0.9), birth_date=day)
    if kind == "newborn":
        return replace(theirs(0.1, 0, 0.1), first_name=name, birth_date=maker.born(one.origin, 2024, 2025))
    if kind == "sibling":
        return replace(theirs(0.9, 0, 0.1), first_name=name, birth_date=other_day)
    if kind == "spouse":
        return replace(theirs(0.25, 0.3, 0.2), first_name=name, birth_date=other_day)
    far = replace(
        at_home, case_number="", phone=maker.phone(), email="", iban=maker.iban(), **maker.address()
    )
    if kind == "elsewhere":
        return replace(far, birth_date=other_day)
    return replace(far, first_name=name)


if __name__ == "__main__":
    main()
