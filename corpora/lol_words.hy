"The words of lol.hy's grammar: who there is, what rhymes, the jokes, and what else is drawn at random.

Lists are kept as text, as in a printed grammar: | stands between the choices."

(import
  re)


(defn choices [text]
  "Return what stands between the | signs of `text`."
  (re.split r"\s*\|\s*" (.strip text)))

(defn rows [text]
  "Return, for each line of `text`, its choices."
  (lfor line (.split (.strip text) "\n") (choices line)))


(setv ANIMALS (.split "
  cat dog owl fox hen pig frog bear duck goat mole crab newt toad mouse hedgehog rabbit snail penguin
  otter parrot squirrel llama walrus badger beetle lobster pony moose yak goose camel seal tortoise
  vole zebra"))

(setv PLURALS {"mouse" "mice"  "goose" "geese"  "moose" "moose"  "fox" "foxes"  "walrus" "walruses"
               "pony" "ponies"})

(setv NUMBERS (.split "
  nought one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
  sixteen seventeen eighteen nineteen twenty"))

;; Each line rhymes with itself; every word of it can follow "a".
(setv RHYMES (rows "
cat | hat | bat | mat | rat | gnat | acrobat | doormat
moon | spoon | balloon | raccoon | baboon | bassoon | cartoon | macaroon | prune
bee | tree | flea | pea | key | knee | chimpanzee | jamboree
mouse | house | blouse | grouse | doll's house
frog | dog | log | hedgehog | hog | bulldog
bear | hare | chair | pear | mare | éclair | square | armchair
fox | box | ox | music box | pair of socks
snail | whale | pail | nail | sail | quail | nightingale | fairy tale
pig | wig | fig | twig | jig | whirligig
goat | boat | coat | stoat | note | moat | petticoat | throat
king | ring | string | swing | wing | onion ring
hen | pen | wren | den | fountain pen
bug | mug | rug | slug | jug | hug | ladybug
clock | sock | rock | block | peacock | dock | hollyhock
fish | dish | wish | jellyfish | swordfish
cake | lake | snake | rake | pancake | snowflake | milkshake
bell | shell | gazelle | smell | hotel | caramel
crow | toe | flamingo | piano | radio | banjo | buffalo
bun | nun | ton | cinnamon bun
pie | fly | spy | butterfly | tie | lullaby"))

;; The short lines of a limerick.
(setv COUPLETS (rows "
it sang through the night | and held on so tight
they danced in the hall | and bounced like a ball
it rained and it poured | the lions all roared
it hopped on one toe | through rain and through snow
they laughed till they cried | and went for a ride
it hummed a small tune | by light of the moon
it giggled and sneezed | and looked very pleased
it wobbled and swayed | the tuba band played
they tickled its chin | and let it come in
they painted it green | the best ever seen
it slipped on some jam | and cried: here I am
it tried on one shoe | and then it tried two
they filled it with cheese | and said: more of these
it flew round the room | astride on a broom
it ate all the bread | then went off to bed
it rolled down the hill | and rolls downward still
they ran for the bus | with hardly a fuss
it looked left and right | then hopped out of sight
they knocked at the door | three times and once more
it counted to ten | then started again
they packed up a tent | and off they all went
it whistled a song | a hundred miles long
they wrote a long letter | and felt so much better
it stood on its head | and turned rather red
they juggled with eggs | and danced on two legs
it sat on a bee | and jumped up a tree"))

;; Who is at the door, and why.
(setv KNOCKS (rows "
wool | wool you open the door, please?
beet | beet you to the pond!
pasta | pasta long, long road, and here I am!
thyme | thyme to get up!
olive | olive next door, do you not remember?
turnip | turnip the music, I want to dance!
kiwi | kiwi come in? there are nine of us.
water | water you doing in my house?
ears | ears the pizza that you ordered!
bean | bean waiting here since breakfast!
peas | peas let me in, my paws are cold!
snow | snow use, I forgot it again.
butter | butter hurry, the cake is getting wet!
leaf | leaf the door open next time!
sherbet | sherbet you cannot guess!
noise | noise to see you!
icing | icing very loudly, so cover your ears!
wheel | wheel be late, hurry!
bear | bear with me, I have lost my key.
otter | otter have brought a bigger cake!
gnu | gnu in town, and already lost!
toad | toad you that I would come!
owl | owl be back with biscuits!
lion | lion on your mat, all day long.
whale | whale, whale, whale, look who is at home!
hare | hare I am again!
mint | mint to call before, sorry!
soup | soup-rise! happy birthday!
cheese | cheese a jolly good fellow!
plum | plum forgot what I wanted to say.
lemon | lemon explain: I am stuck in the letter box.
oat | oat my goodness, is that a slide?
ice | ice to meet you!
socks | socks like rain, may I come in?
honey | honey, I forgot my scarf.
moose | moose you always be so slow?
seal | seal you later, then!
figs | figs the bell, I cannot reach it!
sofa | sofa so good, but now let me in!
panda | panda cake and nobody gets hurt!
yak | yak-tually, I have forgotten.
canoe | canoe help me find my hat?
quiche | quiche me quick, it is cold out here!
jam | jam I too early?
ants | ants in my trousers, open up!
llama | llama in, it is raining!
goose | goose who is coming to tea!"))

(setv RIDDLES (rows "
why did the snail bring a suitcase? | it was moving house.
what do you call an owl that does magic? | hoo-dini.
what do frogs drink at parties? | croak-a-cola.
why is the sea so friendly? | it waves at everyone.
why did the cloud go to school? | to become a little brighter.
what do you call a sleepy pancake? | a flat-nap.
where do sheep have their hair cut? | at the baa-baa shop.
what did the left sock say to the right one? | see you after the wash, or never.
why did the pencil feel lonely? | it had lost its point.
what did the big teapot say to the little one? | keep your lid on!
why do ducks make good detectives? | they quack every case.
why did the spoon blush? | it saw the salad dressing.
how do hedgehogs hug? | very, very carefully.
what do you get if you cross a hen with a drum? | a chick that never misses a beat.
why did the robot eat a lamp? | it wanted a light lunch.
what did the computer do at lunch? | it had a byte.
why did the little network laugh? | it remembered a good one.
what is a parrot's favourite game? | copy-cat.
why did the bicycle sleep all day? | it was two-tired.
what do you call a bear in the rain? | a drizzly bear.
what is brown and sticky? | a stick.
why did the tortoise cross the road? | it has not, but look again tomorrow.
what goes up and never comes down? | the number of my socks with holes.
what do you call a cat on the beach? | sandy paws.
why was the broom late? | it over-swept.
what does a mouse do when it is angry? | it squeaks its mind.
why did the moon go home early? | it was full.
how do you wake a sleeping loaf? | you give it a toast.
what do you call a dinosaur that is asleep? | nothing, let it sleep!
why do bees hum? | they have forgotten the words.
what is a penguin's favourite hat? | an ice cap.
what did the wall say to the other wall? | meet you at the corner.
why is a piano so hard to open? | the keys are inside.
what runs all day and never sits down? | the river.
where does a walrus keep its money? | in a snow bank."))

;; Words that begin alike: who, what they do, how the things are, and the things.
(setv TWISTERS (lfor row (rows "
seven silly seals, sixty sisters | sell, sew, salute, swap | salty, silver, soggy | socks, spoons, songs
big brave bears, busy bakers | bake, bounce, balance | brown, burnt, bouncy | buns, balloons, beans
ten tiny toads, two tall twins | taste, tickle, toss | tasty, tartan, tangled | toffees, trumpets, teapots
five funny foxes, forty fish | find, fry, fold, follow | fresh, fancy, frosty | figs, feathers, fiddles
polite penguins, plump parrots | pack, polish, peel | purple, peppery | plums, pancakes, pillows, pickles
many merry mice, mad moles | munch, mix, mend | mild, mouldy, mini | melons, muffins, mittens
lilac llamas, little lobsters | lick, lift, lose, love | lovely, lumpy, long | lemons, ladders, lanterns
clever crabs, cool camels | cook, carry, count, catch | creamy, crispy, cold | cakes, carrots, cabbages
gentle geese, grumpy goats | grow, gather, grab, greet | green, golden, greasy | grapes, guitars, gloves"
) (lfor part row (.split part ", "))))

;; What a template of lol.hy draws from, by name; an entry may draw in its turn.
(setv GRAMMAR {
  "laugh" (choices "
    ha ha ha! | hee hee hee! | lol! | lol 😀 | ho ho ho! | oh no, ha ha! |
    that is the worst one yet, lol! | stop it, my {body} hurts! | tell me another one! |
    I do not get it. | I shall tell that to my {family}!")
  "wow" (choices "
    wow! | oh my whiskers! | good gracious! | how lovely! | never! | fancy that! | goodness me! |
    jumping jellybeans! | sweet sizzling sausages!")
  "greeting" (choices "
    heylo, {b}! | heylo, heylo, {b}! | heylo, my {adj} {b}! | heylo there, {b}!")
  "answer" (choices "
    heylo, {a}! | heylo yourself, {a}! | oh, heylo, {a}! | heylo, old friend!")
  "adj" (.split "
    jolly tiny fluffy sleepy brave silly wobbly shiny grumpy curious gentle clever hungry dizzy
    cosy noisy sticky lucky dusty fancy bouncy crooked elegant invisible enormous ticklish
    peculiar")
  "colour" (.split "
    red blue green yellow pink purple orange golden silver white black turquoise")
  "body" (choices "nose | tail | left ear | right ear | elbow | tummy | head | knee | back | big toe")
  "family" (.split "aunt uncle granny grandpa cousin neighbour teacher sister brother")
  "name" (.split "
    Pip Dot Momo Bubbles Waldo Pepper Zuzu Otto Biscuit Noodle Mabel Fritz Olga Kiki Bruno Tilly
    Hugo Pickle Ziggy Luna")
  "food" (choices "
    pancake | cheese sandwich | plum pudding | banana | éclair | jam tart | waffle | turnip |
    omelette | soufflé | cinnamon roll | mushroom pie | gingerbread king | potato | pickled egg |
    noodle | pizza | cucumber | cherry | doughnut")
  "foods" (choices "
    pancakes | cheese sandwiches | plums | bananas | éclairs | jam tarts | waffles | turnips |
    acorns | biscuits | noodles | carrots | cherries | doughnuts | peanuts | dumplings | pears |
    mushrooms | raisins | jelly beans")
  "stuff" (.split "
    honey mustard custard butter sunshine glitter pepper moonlight snow lemonade cream jam ketchup
    vinegar syrup seaweed")
  "object" (choices "
    umbrella | teapot | trumpet | left shoe | bicycle | kite | pillow | ladder | accordion |
    suitcase | hat | telescope | bathtub | lamp | scarf | clock | rubber duck | rocking chair |
    flower pot | trombone | wheelbarrow | tea cosy | magnifying glass | letter box")
  "does" (choices "
    makes {foods} out of {stuff} | sings when it is {weather} | keeps my {body} warm |
    turns {foods} into {foods} | tells me when it is {time} | scares the {c} away |
    smells of {stuff} | tickles me until I laugh | catches dreams and {foods} |
    does nothing at all, but it does it well | points to the nearest {food} |
    counts my {foods} while I sleep")
  "place" (choices "
    under the {object} | on the roof | behind the moon | in the {adj} forest |
    at the bottom of the pond | in the café on the corner | between two {foods} |
    on top of the {c} | inside the {object} | next to the railway station |
    at the end of the rainbow | in my {family}'s kitchen | up in the apple tree |
    on the far side of the hill")
  "time" (choices "
    on monday | on friday | at midnight | at half past four | tomorrow | after breakfast |
    before the soup | when the {c} sings | next summer | in a minute or two | at tea time |
    on my birthday")
  "weather" (choices "
    raining | snowing | foggy | sunny and warm | windy | raining {foods} |
    cloudy with a little {stuff} | hailing {foods} | thundering | as cold as a {adj} {food}")
  "doing" (choices "
    dancing with the {c} | painting the {object} {colour} | standing on one leg |
    wearing {number} hats | whispering to a {food} | riding on a {object} |
    eating {foods} with {stuff} | counting {foods} | singing to the {object} | hiding {place} |
    knitting socks for the {c} | teaching a {food} to swim | polishing my {body}")
  "reason" (choices "
    because it is {weather}, of course | because my {family} told me to |
    because nobody else would do it | because the {c} is on holiday |
    because it is {adj} and I am {adj} | because I lost a bet with the {c} | because I can |
    because it makes me feel {adj} | because it is good for the {body}")
  "advice" (choices "
    take a {food} twice a day | stay in bed until it is {weather} | rub your {body} with {stuff} |
    put a {object} on your head | stand on one leg and hum | drink {number} cups of warm {stuff} |
    laugh three times before breakfast | stop reading to the {object} | keep away from the {c}")
  "outcome" (choices "
    won the great {object} race | invented a {object} that {does} |
    eaten {number} {foods} in a minute | been elected king of the pond |
    built a house out of {foods} | taught the {c} to play the trombone |
    flown to the moon on a {object} | lost the last {object} {place} |
    opened a shop for {adj} {foods} | fallen asleep {place}")
  "job" (choices "
    tester of pillows | painter of rainbows | captain of the {object} | singer of lullabies |
    keeper of the {foods} | professor of giggles | taster of {foods} | guard for a {adj} {food} |
    driver of a very {adj} {object}")
  "skill" (choices "
    can whistle with a mouth full of {foods} | likes the smell of {stuff} |
    is not afraid of the {c} | owns a {colour} {object} | can count to {number} |
    never laughs before noon | sings well when it is {weather}")
  "dish" (.split "
    soup stew salad soufflé pie cake porridge jelly pudding omelette curry ice-cream")
  "cook" (choices "
    stir it slowly | shake it wildly | sing to it softly | roll it flat | boil it gently |
    stare at it | cover it with {stuff} | cut it into {number} pieces | beat it with a {object}")
  "until" (choices "
    until it is {colour} | until it giggles | until the {c} comes home | for {number} minutes |
    until it smells of {stuff} | until somebody sneezes | until it is {adj} enough |
    until you have forgotten why")
  "day" (.split "monday tuesday wednesday thursday friday saturday sunday")
  "region" (.split "north south east west hills valley city desert garden harbour")
  "number" (cut NUMBERS 2 None)
  "ending" (choices "
    And they laughed until supper time. | And nobody ever saw the {object} again. |
    And that is why the {c} has a {colour} {body}. | And the {food} was never found. |
    And so they all went to bed. | And they are still laughing today. |
    And then it was time for tea.")})
