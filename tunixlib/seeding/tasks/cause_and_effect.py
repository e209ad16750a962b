"""What happens, and why, with two choices: `Ada leaves an ice cube in the warm sun.` -> the ice melts."""

from typing import NamedTuple

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.text import NAMES


class Scene(NamedTuple):
    """What is seen, the right and the wrong choice, and the facts that decide."""

    text: str
    right: str
    wrong: str
    facts: tuple[str, ...]


_EFFECTS = (
    Scene("{name} leaves an ice cube in the warm sun.", "the ice melts", "the ice gets harder",
          ("The sun warms the ice.", "Ice that gets warmer than 0 °C turns into water.")),
    Scene("{name} puts a cup of water into the freezer overnight.", "the water freezes", "the water boils",
          ("A freezer is much colder than 0 °C.", "Below 0 °C water turns into ice.")),
    Scene("{name} does not water a potted flower for two months.", "the flower dries out", "the flower grows faster",
          ("A plant needs water.", "Without new water a plant dries out.")),
    Scene("{name} drops a wine glass on a stone floor.", "the glass breaks", "the glass bounces like a ball",
          ("Glass breaks easily.", "Stone is very hard.")),
    Scene("{name} pricks a balloon with a needle.", "the balloon bursts", "the balloon gets bigger",
          ("A needle makes a hole in the balloon.", "The air rushes out of the hole at once.")),
    Scene("{name} lets go of a stone on a balcony.", "the stone falls down", "the stone rises",
          ("Gravity pulls every stone toward the ground.", "Nothing holds the stone any more.")),
    Scene("{name} holds a magnet close to iron nails.", "the nails stick to the magnet", "the nails melt",
          ("A magnet attracts iron.", "The nails are made of iron.")),
    Scene("{name} leaves an iron chain in the rain for months.", "the chain rusts", "the chain gets shinier",
          ("Iron rusts when water and air reach it.", "Rain brings water, and air is all around.")),
    Scene("{name} puts a jar tightly over a burning candle.", "the flame goes out", "the flame gets bigger",
          ("A flame needs fresh oxygen from the air.", "Under a closed jar the oxygen is soon used up.")),
    Scene("{name} stirs a spoon of sugar into hot tea.", "the sugar dissolves", "the sugar catches fire",
          ("Sugar dissolves in water.", "Tea is mostly water, and heat speeds it up.")),
    Scene("{name} switches off the only lamp in a cellar without windows.", "the cellar gets dark",
          "the cellar gets brighter", ("Without windows no daylight comes in.", "The only other light is now off.")),
    Scene("{name} heats a pot of water on the stove for an hour.", "the water boils", "the water freezes",
          ("A stove makes the water hotter and hotter.", "At about 100 °C water boils.")),
    Scene("{name} hangs wet shirts in the sun and the wind.", "the shirts dry", "the shirts get wetter",
          ("Sun and wind take the water out of the cloth.", "Cloth without water is dry.")),
    Scene("{name} rides a bicycle over a sharp nail that goes into the tire.", "the tire loses air",
          "the tire gets harder", ("The nail makes a hole in the rubber.", "Air escapes through a hole.")),
    Scene("{name} forgets fresh milk on a warm table for a week.", "the milk turns sour", "the milk stays fresh",
          ("Tiny germs grow fast in warm milk.", "The germs make the milk sour.")),
    Scene("{name} quickly rubs both hands together.", "the hands get warmer", "the hands get colder",
          ("Rubbing makes heat.", "Heat makes the hands warmer.")),
    Scene("{name} pours cooking oil into a jar of water.", "the oil floats on top", "the oil sinks to the bottom",
          ("Oil and water do not mix.", "Oil is lighter than water.")),
    Scene("{name} leaves bread in a hot toaster for twenty minutes.", "the bread burns", "the bread stays soft",
          ("A toaster is very hot.", "Bread that is heated too long turns black.")),
    Scene("{name} breathes on a cold window.", "the window fogs up", "the window turns green",
          ("Breath is warm and holds water.", "On cold glass the water turns into tiny drops.")),
    Scene("{name} leaves a chocolate bar in a hot car.", "the chocolate melts", "the chocolate gets harder",
          ("A car in the sun gets hotter than 40 °C.", "Chocolate melts at about 34 °C.")),
    Scene("{name} puts a bean into warm, wet soil.", "the bean starts to grow", "the bean turns into a stone",
          ("A bean is the seed of a plant.", "Seeds grow when they have warmth and water.")),
    Scene("{name} plays videos on a phone all day without charging it.", "the battery runs empty",
          "the battery fills up", ("Playing videos uses energy from the battery.", "Nothing puts new energy in.")),
)  # fmt: skip

_CAUSES = (
    Scene("{name} finds the lawn wet after a clear, cool night.", "dew settled on it", "the sun shone on it",
          ("Something brought water to the grass.", "On cool nights water from the air settles as dew.",
           "Sunshine dries grass and brings no water.")),
    Scene("{name} sees green fur on an old slice of bread.", "mold grows on it", "it was toasted too long",
          ("Green fur on bread is something alive.", "Mold is alive and grows on old, wet bread.",
           "Toasting makes bread black, not green.")),
    Scene("{name} finds the ice cream in the freezer liquid.", "the freezer was off", "the freezer was too cold",
          ("Ice cream turns liquid when it gets warm.", "A freezer that is off slowly gets warm.",
           "A very cold freezer keeps ice cream hard.")),
    Scene("{name} sees that a bicycle tire is flat.", "a thorn pierced it", "the bell rang too often",
          ("A flat tire has lost its air.", "A thorn makes a hole, and air escapes.", "A bell touches no tire.")),
    Scene("{name} presses the switch, but a good lamp stays dark.", "the plug is not in the socket",
          "the room is too quiet", ("A lamp needs electric current.", "Without a plug in the socket no current flows.",
           "Light does not depend on sound.")),
    Scene("{name} notices that all plants at a window lean toward the glass.", "plants grow toward light",
          "plants grow toward noise", ("The glass is the side from which light comes.",
           "Plants need light and bend toward it.", "Plants do not live on noise.")),
    Scene("{name} tastes the tea, and it is cold.", "it stood in a cool room for hours",
          "it was kept on a hot stove", ("Tea gets cold when it loses heat.", "In a cool room hot tea loses its heat.",
           "A hot stove adds heat.")),
    Scene("{name} takes a white shirt out of the washing machine, and it is pink.", "a red sock was washed with it",
          "the water was clear", ("Pink is white with a little red.", "A red sock can give off red dye in the wash.",
           "Clear water has no dye.")),
    Scene("{name} sees a flash of lightning and hears the thunder later.", "light is faster than sound",
          "sound is faster than light", ("Flash and thunder start at the same moment.",
           "What is faster arrives first, and the flash came first.", "Faster sound would come before the flash.")),
    Scene("{name} finds a thin layer of ice on the car in the morning.", "the night was freezing cold",
          "the night was warm", ("Ice forms below 0 °C.", "A freezing night is colder than 0 °C.",
           "A warm night is well above 0 °C.")),
    Scene("{name} sees that the snowman has become small and wet.", "the weather got warmer",
          "the weather got colder", ("A snowman shrinks when snow melts.", "Snow melts above 0 °C, in warmer weather.",
           "Colder weather keeps snow frozen.")),
    Scene("{name} takes a cake out of the oven, and it is black.", "it baked too long", "it was too sweet",
          ("Cake turns black when it burns.", "Too much time in the heat burns a cake.",
           "A sweet taste alone burns nothing.")),
    Scene("{name} slips on a path in winter.", "the path was icy", "the path had sand on it",
          ("People slip where the ground is smooth.", "Ice is very smooth.", "Sand makes a path rough.")),
    Scene("{name} lets go of a party balloon, and it flies up to the sky.", "it was filled with helium",
          "it was filled with sand", ("Only what is lighter than air rises in it.", "Helium is lighter than air.",
           "Sand is far heavier than air.")),
    Scene("{name} touches a metal spoon that stands in hot soup, and it is hot.", "metal carries heat well",
          "metal is always hot", ("The heat must come up from the soup.", "Metal passes heat on quickly.",
           "A metal spoon in a drawer is cool.")),
    Scene("{name} turns on a small radio, but it is silent.", "its batteries are empty", "its batteries are full",
          ("A radio needs energy to make sound.", "Empty batteries give no energy.", "Full batteries give energy.")),
)  # fmt: skip

_EFFECT_ASKED = (
    "{text} What happens: {first}, or {second}?",
    "What is the effect? {text} Choose: {first}, or {second}.",
    "Think about cause and effect. {text} Is it more likely that {first} or that {second}?",
    "{text} Which result do you expect, that {first} or that {second}?",
    "Guess what comes next, that {first} or that {second}: {text}",
)
_CAUSE_ASKED = (
    "{text} What is the reason: {first}, or {second}?",
    "What is the cause? {text} Choose: {first}, or {second}.",
    "Think about cause and effect. {text} Is it because {first} or because {second}?",
    "{text} Which explanation fits, that {first} or that {second}?",
    "Find the reason, that {first} or that {second}: {text}",
)


def build(phrasing: str, name: str, swapped: bool, effect: int | None = None, cause: int | None = None) -> Problem:
    """``phrasing`` is a number that picks the sentence; either ``effect`` or ``cause`` is a row of its table."""
    if cause is None:
        scene, asked, closing = _EFFECTS[effect or 0], _EFFECT_ASKED, "So"
    else:
        scene, asked, closing = _CAUSES[cause], _CAUSE_ASKED, "The reason:"
    first, second = (scene.wrong, scene.right) if swapped else (scene.right, scene.wrong)
    steps = [*(("recall", fact) for fact in scene.facts), ("conclude", f"{closing} {scene.right}.")]
    prompt = asked[int(phrasing)].format(text=scene.text.format(name=name), first=first, second=second)
    return Problem(prompt, steps, scene.right)


def solve(prompt: str) -> str:
    """Find the scene by its words after the name; of all right choices of the tables, the one that it offers."""
    known = {scene.text.removeprefix("{name} "): scene for scene in (*_EFFECTS, *_CAUSES)}
    scene = next(scene for text, scene in known.items() if text in prompt)
    return prompt[prompt.index(scene.right) :][: len(scene.right)]


FAMILY = Family(
    name="cause_and_effect",
    category="reasoning",
    phrasings=tuple(map(str, range(len(_EFFECT_ASKED)))),
    levels=(
        Level("easy", {"name": NAMES, "effect": range(len(_EFFECTS)), "swapped": (False, True)}, steps=3),
        Level("easy", {"name": NAMES, "cause": range(len(_CAUSES)), "swapped": (False, True)}, steps=4),
    ),
    build=build,
    solve=solve,
)
