#[[A small grammar that writes the sample texts of the guides in docs/.

    hy corpora/samples.hy diary > diary.txt
    hy corpora/samples.hy docx diary.txt    (writes diary.docx, the same text as a Word document)
    hy corpora/samples.hy people > people.csv

It knows diary, chat, poems, german and people, a table; each is the same bytes each time. The
templates are filled as lol.hy fills its own, those in German from WORDS.]]

(import
  csv
  datetime [datetime timedelta]
  io [StringIO]
  pathlib [Path]
  sys
  xml.sax.saxutils [escape]
  zipfile [ZipFile]
  lol [RNG articles cast-of fill pick pick-several]
  lol-words [choices])

(setv
  LENGTH 60_000  ; characters, at least, but …
  LENGTHS {"people" 120_000}
  BEGIN (datetime 2025 1 1 8)  ; when the diary and the chat begin
  OFFICE "http://schemas.openxmlformats.org"
  PACKAGE f"{OFFICE}/package/2006"
  FRIENDS ["Anna" "Ben" "Chidi" "Dora" "Emre"])

;; Pieces in English, separated by empty lines; what is in braces comes from lol_words.hy.
(setv DIARY (.split (.strip #[[
{date}. {weather_day} I got up late and had {foods} for breakfast. Then {friend}
came by with a {object}, and we sat {place} until it was dark. We talked about
{topic}. I am {mood} tonight.

{date}. Could not sleep. At four I got up and looked out of the window: a {a} was
sitting {place}. I gave it a {food}. {thought}

{date}. {weather_day} Went to town to buy a {object}, but they had only {adj} ones.
On the way home I met {friend}, who asked me about {topic}. I said that I did not
know yet.

{date}. A letter from {friend}! It begins: "My dear, it is {weather} here, and I
think of you whenever I see a {a}." I have read it {number} times. {thought}

{date}. Worked all day on {topic}. In the evening {friend} cooked {foods} with
{stuff}. We laughed so much that the neighbours knocked. I am {mood} tonight.

{date}. {weather_day} Stayed in bed with a book about {plural}. {thought} Tomorrow I
shall write to {friend}.

{date}. Dreamt that I was a {a} and lived {place}. When I woke up I was {mood}. Told
{friend} about it, who only said: "{advice}."

{date}. Nothing happened. {weather_day} I counted the {plural} {place}: there were {number}.

{date}. {friend} is cross with me because of {topic}. I shall bring {foods} and say
that I am sorry. {thought}

{date}. We took the train to the sea. {weather_day} {friend} found a {adj} {object}
on the beach and would not let go of it. Home at midnight, {mood}.
]]) "\n\n"))

(setv CHAT (.split (.strip #[[
{stamp} {p}: morning! has anybody seen my {it:object}?
{stamp} {q}: no, but there is a {a} in the kitchen 😂
{stamp} {p}: again??
{stamp} {r}: that one is mine, sorry 🙈

{stamp} {p}: who is coming {time}?
{stamp} {q}: me! I bring {foods}
{stamp} {r}: me too, but later
{stamp} {q}: how late?
{stamp} {r}: ask my {object} 😅

{stamp} {p}: you won't believe it. I was {doing} and then a {a} came in
{stamp} {q}: no way!
{stamp} {p}: yes way
{stamp} {q}: pictures or it did not happen 📷

{stamp} {p}: it is {weather} here. and where you are?
{stamp} {q}: {weather} ☔
{stamp} {r}: same

{stamp} {p}: {q}, did you eat my {it:food}?
{stamp} {q}: which {it}? 👀
{stamp} {p}: the {adj} one
{stamp} {q}: oh. that one. yes
{stamp} {p}: 😭

{stamp} {p}: what shall we give {r} for the birthday?
{stamp} {q}: a {object}?
{stamp} {p}: {r} has {number} of them
{stamp} {q}: then a {adj} one

{stamp} {p}: good night 🌙
{stamp} {q}: good night!
{stamp} {r}: sleep well, and {advice}
]]) "\n\n"))

(setv POEMS (.split (.strip #[[
{Begin},
{end}.
A {a} looked on from under a {r1},
and sang to itself of a {r2}.

I asked the {a} for a {r1},
it gave me a {adj} {r2}.
I thanked it well, and {time}
I carried it home with a {r3}.

O {colour} {r1}, O {adj} {r2},
what are you dreaming of?
Of a {a} that sleeps {place},
and of a {b} in love.
]]) "\n\n"))

(setv GERMAN (.split (.strip #[[
Es war einmal {ein} {tier}, der wohnte {ort}. Eines Tages fand er {ding} und rief:
„{ruf}“ Da lachte {wer} und schenkte ihm {essen}.

Am {tag} war es {wetter}. {Wer} saß {ort} und {tat}. „{ruf}“, sagte {wer2}. „Das ist
nicht so schlimm, wir haben ja noch {essen}.“

{wer} und {wer2} gingen über die Brücke. {Ort} trafen sie {wer3}, und es war
{wetter}. Sie teilten {essen} und {tat_mz}.

Liebe Großmutter, {ort} ist es {wetter}. Gestern hat {wer} {ding} gefunden, und
heute ist {wer2} verreist. Schick uns bitte {essen}! Viele Grüße, {name}.

Rezept für süße Träume: Man nehme {essen}, rühre {ding} hinein und warte, bis es
{wetter} ist. Dann kommt {wer} und kostet.

„{ruf}“, rief {wer}. „Wo ist {ding}?“ – „{Ort}“, antwortete {wer2} und {tat}.
]]) "\n\n"))

;; What stands in the slots of DIARY and CHAT beside the words of lol_words.hy.
(setv OWN {
  "mood" ["happy" "a little sad" "tired but content" "full of plans" "quite out of breath"
    "not myself" "wide awake"]
  "thought" ["I wonder what it all means." "Perhaps I should move to the country."
    "Note to myself: buy more tea." "How fast the year goes by!" "One should do this more often."
    "Mother would have liked that." "I must remember this."]
  "topic" ["the garden" "money" "my brother's wedding" "the end of the summer" "the old piano"
    "why cats purr" "the leaking roof" "what we wanted to become" "the neighbours"]
  "weather_day" ["Rain." "Sun at last." "Fog until noon." "The first snow." "A warm wind."
    "Too hot to think." "Grey and quiet."]
  "plural" ["foxes" "lighthouses" "owls" "spoons" "clouds" "beetles" "mountains" "bells"]})

(setv WORDS {
  "ein" ["ein kleiner" "ein müder" "ein höflicher" "ein mutiger" "ein sehr alter"]
  "tier" ["Fuchs" "Bär" "Igel" "Dachs" "Frosch" "Kater" "Löwe" "Maulwurf"]
  "ort" ["hinter dem Mühlrad" "unter der Brücke" "im Gewächshaus" "auf dem Dachboden"
    "beim Bäcker" "am Ende der Straße" "zwischen zwei Hügeln"]
  "ding" ["einen goldenen Schlüssel" "eine grüne Mütze" "ein Körbchen voller Nüsse"
    "einen löchrigen Regenschirm" "ein stilles Örtchen" "eine große Trommel"]
  "ruf" ["Ach, wie schön!" "Das gibt es doch nicht!" "Wer hätte das gedacht?"
    "Nur nicht so stürmisch!" "Heylo, ihr Lieben!" "Hört ihr die Flöte?"]
  "wer" ["die Eule" "der Bürgermeister" "das Mädchen" "die Königin" "der Schüler" "die Ente"
    "der Müller" "das Käuzchen"]
  "essen" ["drei Äpfel" "ein Stück Käse" "frische Brötchen" "einen Löffel Honig"
    "heiße Würstchen" "süßen Brei"]
  "tag" ["Montag" "Dienstag" "Mittwoch" "Donnerstag" "Freitag" "Samstag" "Sonntag"]
  "wetter" ["neblig" "sonnig" "stürmisch" "bitterkalt" "schwül" "ungewöhnlich still"]
  "tat" ["zählte die Vögel" "übte Geige" "hörte dem Regen zu" "träumte vom Frühling"
    "flickte die Strümpfe" "schälte Möhren"]
  "tat_mz" ["zählten die Vögel" "sangen bis tief in die Nacht" "hörten dem Regen zu"
    "schliefen glücklich ein"]
  "name" ["Jürgen" "Käthe" "Sören" "Bärbel" "Günther" "Zoë"]})

;; For the table of people: their professions, with what each of them is about, and their wishes.
(setv PROFESSIONS (dfor
  line (.split (.strip #[[
Baker: oven, sack of flour, rolling pin, loaf | rises before dawn, smells of rye, never burns
Beekeeper: hive, jar of honey, veil, queen | hums in the evening, forgives mistakes, stays calm
Carpenter: workbench, plank of oak, chisel, staircase | never creaks, holds for a hundred years
Clockmaker: pendulum, cuckoo, mainspring, tower clock | keeps time in the rain, strikes thirteen
Cook: copper pan, ladle, recipe, pinch of saffron | feeds forty guests, needs no salt
Sailor: rudder, coil of rope, oar, gangway | crosses the river alone, floats in any storm
Gardener: watering can, rose bush, greenhouse, spade | blooms in november, keeps the slugs away
Librarian: reading lamp, catalogue, ladder, first edition | comes back on time, whispers at night
Lighthouse keeper: lantern, foghorn, logbook, beam | can be seen from france, scares no gulls
Piano tuner: tuning fork, felt hammer, grand piano, string | stays in tune, sings by itself
Letter carrier: bicycle, bag of letters, stamp, doorbell | knows every address, outruns the dog
Schoolteacher: blackboard, piece of chalk, register, globe | explains itself, spells every word
Tailor: thimble, bolt of silk, needle, waistcoat | fits everybody, mends itself overnight
Wizard: wand, cauldron, spellbook, pointed hat | works on tuesdays, turns lead into custard
]]) "\n")
  :setv [name _ about] (.partition line ": ")
  name (lfor part (.split about " | ") (.split part ", "))))

(setv WISHES (.split (.strip #[[
wants a {adj} {thing} that {does}
would give {number} {foods} for a {thing} that {does}
is looking for a {colour} {thing}
dreams of a {thing} as big as a {a}
needs a new {thing}, as the {a} has eaten the old one
wants to be left alone with the {thing} until it {does}
hopes that the {thing} {does} at last
would like to know who hid the {thing} {place}
asks for a {thing}, {number} {foods} and a little peace
has a {thing} already, but wants one that {does}
saves up for a {adj} {thing}
wants somebody to hold the {thing} and not to laugh
]]) "\n"))

(setv GIVEN-NAMES (choices "
  Ada | Agnes | Albin | Bertha | Boris | Clara | Conrad | Dorothea | Edgar | Elsie | Emil | Frida |
  Gideon | Greta | Hector | Ida | Ines | Jasper | Judith | Kasimir | Leonie | Ludwig | Marta |
  Milo | Nadia | Oscar | Petra | Quentin | Rosa | Rufus | Selma | Silas | Thea | Ulric | Vera |
  Wanda | Xaver | Yara | Zelda"))
(setv SURNAMES (lfor part [
  "Apple | Ash | Black | Bramble | Copper | Fern | Frost | Gold | Hazel | Honey | Ivy | Lark |
    Marsh | Moss | Nettle | Oak | Pepper | Quill | Rain | Sand | Thistle | Thorn | Under | Wander |
    Winter"
  "berry | bottom | brook | by | combe | croft | dale | feather | field | ford | gate | grove |
    ham | hill | lake | ley | mead | stone | ton | wick | wood | worth"]
  (choices part)))


(defn main [kind]
  "Print the sample text `kind`."
  (.seed RNG 2)
  (setv
    write (get KINDS kind)
    now BEGIN
    length 0)
  (print (.get HEADERS kind "") :end "")
  (while (< length (.get LENGTHS kind LENGTH))
    (+= now (timedelta :minutes (int (* 5000 (.random RNG)))))
    (setv piece (articles (write now)))
    (print piece :end "")
    (+= length (len piece))))


(defn diary [now]
  "Return what is written on the day `now`."
  (+ (english DIARY :date f"{now :%B} {now.day}" :friend (pick FRIENDS)) "\n\n"))


(defn chat [now]
  "Return the messages that come at the time `now`."
  (setv [p q r] (pick-several FRIENDS 3))
  (+ (english CHAT :stamp f"{now :%d.%m.%Y, %H:%M} -" :p p :q q :r r) "\n"))


(defn poems [_]
  "Return a poem."
  (+ (english POEMS) "\n\n"))


(defn german [_]
  "Return a paragraph in German."
  (setv [wer wer2 wer3] (pick-several (get WORDS "wer") 3))
  (+ (fill (pick GERMAN) {#** (drawn WORDS)  "wer" wer  "wer2" wer2  "wer3" wer3}) "\n\n"))


(defn people [_]
  "Return a row of the table of people."
  (setv
    profession (pick (list PROFESSIONS))
    [things does] (get PROFESSIONS profession)
    name f"{(pick GIVEN-NAMES)} {(.join "" (map pick SURNAMES))}"
    row (StringIO))
  (.writerow (csv.writer row :lineterminator "\n")
    [profession name (english WISHES :thing (pick things) :does (pick does))])
  (.getvalue row))


(defn english [templates #** words]
  "Return one of the `templates` with its slots filled, some of them with these `words`."
  (fill (pick templates) {#** (cast-of) #** (drawn OWN) #** words}))


(defn drawn [words]
  "Return one of each of the lists in the dict `words`."
  (dfor [name choices] (.items words) name (pick choices)))


(setv
  KINDS {"diary" diary  "chat" chat  "poems" poems  "german" german  "people" people}
  HEADERS {"people" "Profession,Name,Wish\n"})  ; of a table


(defn write-docx [path]
  "Write the text file at `path` once more, beside it, as a Word document."
  (setv paragraphs (gfor
    text (.split (.removesuffix (.read-text path :encoding "utf-8") "\n") "\n\n")
    (.replace (escape text) "\n" "</w:t><w:br/><w:t>")))
  (with [archive (ZipFile (.with-suffix path ".docx") "w")]
    (.writestr archive "[Content_Types].xml" (+ f"<Types xmlns='{PACKAGE}/content-types'>"
      "<Default Extension='rels' ContentType='application/vnd.openxmlformats-package."
      "relationships+xml'/><Override PartName='/word/document.xml' ContentType='application/vnd."
      "openxmlformats-officedocument.wordprocessingml.document.main+xml'/></Types>"))
    (.writestr archive "_rels/.rels" (+ f"<Relationships xmlns='{PACKAGE}/relationships'>"
      f"<Relationship Id='r1' Type='{OFFICE}/officeDocument/2006/relationships/officeDocument'"
      " Target='word/document.xml'/></Relationships>"))
    (.writestr archive "word/document.xml" (+
      f"<w:document xmlns:w='{OFFICE}/wordprocessingml/2006/main'><w:body>"
      (.join "<w:p/>" (gfor text paragraphs f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"))
      "</w:body></w:document>"))))


(when (= __name__ "__main__")
  (if (= (get sys.argv 1) "docx")
    (write-docx (Path (get sys.argv 2)))
    (main (get sys.argv 1))))
