"A small grammar that writes lol.txt, and the recipe to train on it.

    hy corpora/lol.hy                    # writes lol.txt, the same bytes each time
    ./train.hy --recipe corpora/lol.hy   # trains on it

A piece is a template of PIECES. In it, each {food} is drawn from the GRAMMAR; {it:food} is drawn
and kept for the rest of the piece, where {it} recalls it; {It} begins it with a capital, {IT}
shouts it. The cast of a piece (`cast-of`) is recalled in the same way: {a} is an animal."

(require lstm-textgen.macros [defprep defrecipe])
(import
  pathlib [Path]
  random [Random]
  re
  lol-words [ANIMALS COUPLETS GRAMMAR KNOCKS NUMBERS PLURALS RHYMES RIDDLES TWISTERS])

(setv
  LENGTH 320_000  ; characters, at least
  FAVOURITES 11   ; the first of PIECES, jokes and limericks: a third of the draws is among them alone
  ;; Of all that Random offers, only `random` is promised to stay the same in every Python.
  RNG (Random))

(setv PIECES (.split (.strip #[[
{A}: knock, knock!
{B}: who is there?
{A}: {knock}.
{B}: {knock} who?
{A}: {punch}
{B}: {laugh}

{A}: knock, knock!
{B}: who is there?
{A}: {knock}.
{B}: {knock} who?
{A}: {punch}
{C}: {laugh}
{B}: {laugh}

{A}: {greeting} knock, knock!
{B}: {answer} who is there?
{A}: {knock}.
{B}: {knock} who?
{A}: {punch}

{A}: {question}
{B}: I do not know. {question}
{A}: {reply}
{B}: {laugh}

{A}: {greeting} {question}
{B}: {answer} is it because of the {object}?
{A}: no, no. {reply}
{C}: {laugh}

There once was a {a} with a {r1},
who lived in the shade of a {r2}.
{Begin},
{end},
and that is the tale of the {r3}!

A {a} went to town for a {r1},
and came home at night with a {r2}.
{Begin},
{end}.
"And where," said the {b}, "is the {r3}?"

Said the {a} to the {b}: "What a {r1}!
It looks like a {adj} {r2}!"
{Begin},
{end},
and now they both live with a {r3}.

There once was a {adj} old {r1},
who fell deep in love with a {r2}.
{Begin},
{end},
and sent out for tea and a {r3}.

I dreamed that my {object} was a {r1},
that danced all day long with a {r2}.
{Begin},
{end},
then woke up and hugged my own {r3}.

The {a} has a hat like a {r1},
the {b} has a nose like a {r2}.
{Begin},
{end},
and wished they looked more like a {r3}.

{A}: {greeting}
{B}: {answer} what is that on your {body}?
{A}: that is my {adj} {object}.
{B}: and what does it do?
{A}: it {does}.
{B}: {wow} I want one too!

{A}: {greeting} have you seen my {it:object}?
{B}: the {colour} one or the {colour} one?
{A}: the {adj} one.
{B}: your {it} is {place}.
{A}: {wow} how did it get there?
{B}: the {c} borrowed it {time}.

{A}: {greeting} why are you {doing}?
{B}: {reason}.
{A}: {wow} may I help?
{B}: only if you bring {number} {foods}.

{A}: {greeting} do you sell {foods}?
{B}: {answer} no, only {its:foods}.
{A}: then {n} {its}, please, and a {object}.
{B}: that makes {m} {coins:foods}.
{A}: I have no {coins}. will you take a {object}?
{B}: {wow} yes!

{A}: doctor, doctor, I feel like a {it:food}!
{B}: since when do you feel like a {it}?
{A}: since I met the {c} {place}.
{B}: {advice}, and come back {time}.
{A}: thank you, doctor. that will be {n} {foods}, I suppose?
{B}: {m}.

{A}: waiter, there is a {c} in my {dish}!
{B}: do not shout, or everybody will want one.
{A}: but it is {doing}!
{B}: then the {dish} must be {adj} today.

{A}: guess what I have in my {it:object}!
{B}: is it {adj}?
{A}: very {adj}, and it {does}.
{B}: is it a {food}?
{A}: no, it is a {adj} {object}!
{B}: {wow} and it fits into your {it}?

{A}: {greeting} what is {n} and {m}?
{B}: {n} and {m} is {sum}.
{A}: and if the {c} takes {m} away?
{B}: then there are {n}, and I am cross with the {c}.

{A}: what did you dream last night, {b}?
{B}: I was {doing}, and it was {weather}.
{A}: {wow} was I there too?
{B}: yes, you were a {food}.
{A}: {laugh}

{A}: {greeting} are you asleep?
{B}: yes.
{A}: what a pity. I have {n} {foods} here.
{B}: {answer} I am awake now!

{A}: one {it:food} for you, one {it} for me.
{B}: and who gets the last {it}?
{A}: the one who can say "{who} {act} {how} {what}" three times.
{B}: {Who} {act} ... {who} ... here, take the {it}.

LOST: one {adj} {it:object}, {colour} with {colour} dots. It was last seen {place}.
It answers to the name of {name}. Reward: {number} {foods}. Please ask for the {a}.

FOUND: a {colour} {it:object} {place}. It smells of {stuff} and {does}.
If it is your {it}, bring {number} {foods} to the {a} {time}.

FOR SALE: a {adj} {it:object}, hardly used. It {does}.
The price is {number} {foods}. The {it} knows how to laugh. Ask {name} the {a}.

WANTED: a {job}. We look for somebody who
{skill} and {skill}.
We pay {number} {foods} a day. Write to the {adj} {a} {place}.

WEATHER for {day}: in the {region} it will be {weather}, in the {region} {weather}.
The {a} says: {advice}.

WEATHER for {day}: {weather} in the morning, {weather} at noon.
Take a {object} with you, and a {food} for the {a}. 🐸

RECIPE for {adj} {food} {dish}
1. Take {number} {foods} and a cup of {stuff}.
2. Put it all into a {object} and {cook} {until}.
3. Add {stuff} and {cook} {until}.
4. Serve it {time} to {number} hungry {as}.

RECIPE for {it:dish} as the {a} likes it
1. Find a {adj} {food} {place}.
2. {Cook} {until}.
3. Give the {it} to the {b} and run.

NEWS: The {a} has {outcome}! "I feel {adj}," it said, "and my {body} hurts."
The {b} was {place} and saw it all.

NEWS: Yesterday {name} the {a} was seen {doing}.
"{Reason}," said the {b}. The police are looking for a {colour} {object}.

Dear {a},
heylo from the {region}! It is {weather} here. Today I have {outcome}.
The {c} sends you a {adj} {food}.
Your {adj} {b}
P.S. There is a {object} for you {place}.

Dear {a},
heylo and thank you for the {it:object}! It {does}.
Now I am {doing}, with the {it} on my {body}.
Your {adj} {b}
P.S. {Advice}!

FORTUNE: You will meet a {adj} {a} {place}. {Advice}, and {n} {foods} will be yours.

FORTUNE: {Time} a {a} will bring you a {it:object}. Do not open the {it} before it is {weather}.

RULES of the {adj} {object} club
1. Nobody may be {doing} when it is {weather}.
2. Every {a} brings {number} {foods}.
3. The {b} is always right, but only {time}.
4. If in doubt, {advice}.

SAY IT FAST: {Who} {act} {how} {what}, {who} {act} {how} {what}!

DIARY of a {a}
Monday: {doing}.
Tuesday: {doing}. The {b} laughed.
Wednesday: {weather}. Stayed in bed with a {food}.
Thursday: {doing}.
Friday: nothing. It was {adj}.

Once upon a time a {adj} {a} lived {place}. One day it met a {b}
that was {deed:doing}. "Heylo," said the {a}, "why are you {deed}?"
"{Reason}," said the {b}. {Ending}

Once upon a time there were {n} {as} and one {b}. The {as} had a {it:object}, but the {b} had none.
"Heylo," said the {b}, "I will give you {m} {foods} for the {it}."
"{Wow}" said the {as}. {Ending}

Three little {as} sat on a {r1},
one had a {colour} {r2}.
The {r2} fell off, and off went the {as},
and now they all sit on a {r3}.
]]) "\n\n"))


(defn pick [choices]
  "Return one of them."
  (get choices (int (* (.random RNG) (len choices)))))

(defn pick-several [choices n]
  "Return `n` different ones."
  (setv picked {})
  (while (< (len picked) n)
    (setv (get picked (pick choices)) True))
  (list picked))

(defn cast-of []
  "Return who and what plays in one piece, by name."
  (setv
    [a b c] (pick-several ANIMALS 3)
    [r1 r2 r3] (pick-several (pick RHYMES) 3)
    [begin end] (pick COUPLETS)
    [knock punch] (pick KNOCKS)
    [question reply] (pick RIDDLES)
    [who act how what] (lfor words (pick TWISTERS) (pick words))
    [n m] (pick-several (range 2 11) 2))
  {"a" a  "b" b  "c" c  "as" (.get PLURALS a (+ a "s"))
   "r1" r1  "r2" r2  "r3" r3  "begin" begin  "end" end
   "knock" knock  "punch" punch  "question" question  "reply" reply
   "who" who  "act" act  "how" how  "what" what
   "n" (get NUMBERS n)  "m" (get NUMBERS m)  "sum" (get NUMBERS (+ n m))})

(defn fill [template cast]
  "Return the template with its {names} filled in, from `cast` or the GRAMMAR."
  (defn word [match]
    (setv [name rule] (.groups match)  key (.lower name))
    (setv found (or (.get cast key) (fill (pick (get GRAMMAR (or rule key))) cast)))
    (when rule
      (setv (get cast key) found))
    (cond
      (.isupper name) (.upper found)
      (.istitle name) (+ (.upper (cut found 0 1)) (cut found 1 None))
      True found))
  (re.sub r"\{(\w+)(?::(\w+))?\}" word template))

(defn articles [text]
  "Return the text with `an` for `a` where a vowel follows."
  (re.sub r"\b([Aa]) (?=[aeioué])(?!uni|one)" r"\1n " text))

(defprep tidy
  "What a piece needs before it is fit to print."
  articles
  strip-lines)

(defn write-pieces [length]
  "Return pieces, no two alike, with an empty line after each: `length` characters or a few more."
  (.seed RNG 1)
  (setv pieces {}  so-far 0)
  (while (< so-far length)
    (setv templates (if (< (.random RNG) 0.33) (cut PIECES FAVOURITES) PIECES))
    (setv piece (+ (tidy (fill (pick templates) (cast-of))) "\n\n"))
    (when (not-in piece pieces)
      (setv (get pieces piece) True)
      (+= so-far (len piece))))
  (.join "" pieces))

(defrecipe lol
  "Knock-knock jokes, limericks and other nonsense, learnt within a minute or two on two cores."
  :sources ["lol.txt"]
  :prep [squeeze-blank-lines]
  :unit characters
  :lookback 64
  :batch-size 32
  :layers "256,dropout:0.1"
  :learning-rate 0.005
  :validation 0.1
  :epochs 10)

(when (= __name__ "__main__")
  (.write-bytes (.with-name (Path __file__) "lol.txt") (.encode (write-pieces LENGTH))))
