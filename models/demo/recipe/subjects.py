"""What the demo model can draw: subjects (word -> Fluent Emoji icon), colours, scenes, times of day; and what it never sees."""

_ICONS = '''cat dog fox rabbit panda elephant turtle penguin owl duck frog fish=tropical-fish whale=spouting-whale octopus butterfly^
bee=honeybee^ snail horse cow pig sheep=ewe tiger lion parrot dinosaur=t-rex unicorn dragon crab flamingo giraffe monkey bear
chicken=rooster shark ladybug=lady-beetle camel zebra snake apple=red-apple banana strawberry pineapple watermelon carrot
hamburger pizza donut=doughnut cupcake mushroom lemon cherries pear ice-cream=soft-ice-cream cake=birthday-cake car=automobile
rocket^ airplane^ sailboat bicycle helicopter^ train=locomotive bus tractor ufo=flying-saucer^ tree=deciduous-tree palm-tree
cactus sunflower rose tulip house castle balloon^ guitar book=closed-book crown diamond=gem-stone umbrella robot ghost snowman
pumpkin=jack-o-lantern astronaut teddy-bear star^ heart=red-heart^ gift=wrapped-gift chair clock=alarm-clock key bell
light-bulb soccer-ball hat=top-hat fire-truck=fire-engine truck=delivery-truck tent'''.split()
_PAIRS = [(entry.rstrip('^').partition('='), entry.endswith('^')) for entry in _ICONS]
ICON = {word.replace('-', ' '): icon or word for (word, _, icon), _ in _PAIRS}
FLYING = {word.replace('-', ' ') for (word, _, _), flies in _PAIRS if flies}
WORDS = list(ICON)
PLURAL = {'fish': 'fish', 'butterfly': 'butterflies', 'fox': 'foxes', 'octopus': 'octopuses', 'sheep': 'sheep', 'strawberry': 'strawberries',
          'bus': 'buses', 'cactus': 'cacti', 'cherries': 'cherries', 'ladybug': 'ladybugs'}
plural = lambda word: PLURAL.get(word, word + 's')

COLOR = dict(red=(228, 38, 45), orange=(246, 132, 28), yellow=(250, 208, 40), green=(52, 172, 70), blue=(42, 105, 232), purple=(140, 68, 205),
             pink=(250, 125, 188), brown=(142, 88, 48), white=(236, 236, 240), black=(48, 48, 54))
BACKDROP = dict(COLOR, white=(250, 250, 250), black=(18, 18, 20), gray=(140, 143, 148))
OWN_COLOR = {'apple': 'red'}                    # an uncoloured sprite that may also be called by its colour

SCENE = {'plain': [], 'meadow': ['in a meadow', 'on the grass', 'in a green field', 'in a field', 'on a meadow'],
         'beach': ['on the beach', 'on a beach', 'by the sea', 'on the sand'], 'snow': ['in the snow', 'on a snowy hill', 'in a snowy field', 'on the ice'],
         'desert': ['in the desert', 'in a desert'], 'forest': ['in a forest', 'in the woods', 'in the forest'],
         'mountains': ['in the mountains', 'in front of mountains', 'on a mountain'], 'city': ['in the city', 'on a city street', 'in a city', 'on the street'],
         'underwater': ['under water', 'underwater', 'under the sea', 'in the ocean'], 'space': ['in space', 'in outer space', 'among the stars'],
         'room': ['in a room', 'in the living room', 'in a house', 'on the floor'], 'sky': ['in the sky', 'in the clouds', 'above the clouds']}
OUTDOORS = {'meadow', 'beach', 'snow', 'desert', 'forest', 'mountains', 'city', 'sky'}
FLOATING = {'plain', 'underwater', 'space', 'sky'}                  # scenes without a ground to stand on
TIME = {'day': ['', '', '', ' on a sunny day', ' by day', ' during the day'], 'sunset': [' at sunset', ' at sunset', ' at dusk', ' in the evening'],
        'night': [' at night', ' at night', ' under the moon', ' by night']}
SIZE = {'big': ['big', 'large', 'huge'], 'small': ['small', 'little', 'tiny'], '': ['']}
OPENING = ['', '', '', '', '', 'a picture of ', 'an illustration of ', 'a drawing of ', 'a photo of ', 'an image of ', 'a painting of ', 'an emoji of ', 'a cute picture of ']
ENDING = ['', '', '', '', '', '', '', ', digital art', ', cartoon', ', illustration', ', high quality', ', colorful', ', 3d render']

# Never shown in training. A stranger names the subject of 40 of these from the 20 words below.
HELD_SCENE = dict(cat='space', horse='city', elephant='beach', penguin='desert', duck='mountains', fish='sky', butterfly='snow', dog='underwater', car='meadow',
                  train='snow', rocket='forest', sailboat='desert', house='underwater', castle='space', tree='room', sunflower='beach', robot='forest',
                  hamburger='meadow', banana='snow', mushroom='space')
HELD_TIME = dict(elephant='sunset', penguin='day', horse='night', duck='sunset', sunflower='day')
HELD_COLOR = dict(cat='green', horse='blue', elephant='pink', penguin='red', duck='purple', fish='red', butterfly='blue', dog='purple', car='green', train='orange',
                  rocket='yellow', sailboat='pink', house='blue', castle='yellow', tree='purple', sunflower='red', robot='green', hamburger='blue',
                  banana='pink', mushroom='orange')
HELD_COLOR_SCENE = dict(zip(HELD_COLOR, ['room', 'meadow', 'plain white', 'snow', 'beach', 'underwater', 'plain yellow', 'snow', 'desert', 'mountains', 'space', 'beach',
                                         'meadow', 'mountains', 'desert', 'plain blue', 'city', 'plain yellow', 'room', 'forest']))
HELD_PAIR = [('fox', 'owl'), ('house', 'tree'), ('cat', 'dog'), ('car', 'bicycle'), ('apple', 'banana'), ('robot', 'dragon'), ('bear', 'rabbit'), ('crown', 'frog')]
HELD_PAIR_SCENE = ['mountains', 'snow', 'meadow', 'city', 'plain white', 'forest', 'beach', 'plain green']


def held_out(things, scene):
    """Whether a picture of `things` [(colour, word)…] in `scene` would show a combination kept for the test."""
    if any(HELD_SCENE.get(word) == scene or color and HELD_COLOR.get(word) == color for color, word in things):
        return True
    return frozenset(word for _, word in things) in map(frozenset, HELD_PAIR)


def article(phrase):
    if phrase == 'cherries':
        return phrase
    return ('an ' if phrase[0] in 'aeio' or phrase.startswith('umb') else 'a ') + phrase


def place(scene, time=''):
    """The plain wording of a scene (`plain blue` is a backdrop), as the test prompts use it."""
    kind, _, color = scene.partition(' ')
    return f'on {article(color)} background' if color else SCENE[kind][0] + (TIME[time][-3 if time == 'night' else 0] if time else '')


def held_prompts():
    """[(prompt, subject or '')]: 20 subjects in an unseen scene, in an unseen colour, then 8 unseen pairs."""
    single = [(f'{article(word)} {place(scene, HELD_TIME.get(word, ""))}', word) for word, scene in HELD_SCENE.items()]
    single += [(f'{article(color + " " + word)} {place(HELD_COLOR_SCENE[word])}', word) for word, color in HELD_COLOR.items()]
    return single + [(f'{article(a)} and {article(b)} {place(scene)}', '') for (a, b), scene in zip(HELD_PAIR, HELD_PAIR_SCENE)]


def all_wording():
    """Every word that a training caption can use; the other rows of the token table stay zero."""
    lists = [WORDS, map(plural, WORDS), BACKDROP, OPENING, ENDING, *SCENE.values(), *TIME.values(), *SIZE.values()]
    return [text for texts in lists for text in texts] + ['a an the one two three 2 3 on with next to beside and in front of background and, .']
