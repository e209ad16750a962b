"""Words that decide how a number or an expression beside a relation sign is meant; all in lower case.

``3 million = 5`` is left alone because ``million`` is a scale, ``3 apples = 5 apples`` is false because ``apples`` is
none of these and so names a unit.
"""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# After a number: they change its value, or make it part of something else than plain arithmetic.
SCALES = _words(
    "hundred thousand million billion trillion k dozen pair half third quarter fourth fifth sixth eighth tenth "
    "hundredth thousandth ten squared cubed factorial of choose out undefined"
)
# After a number: they end the quantity instead of naming its unit.
GLUE = _words("a an and or so then the is are was be than that which because since but total if when for with by")
# Before a bare number on the left of a relation sign: it still stands for itself.
LEADS = _words(
    "so then thus hence therefore because since that is but now indeed check "
    "as compare verify note also finally next first again get have gives find know clearly"
)
# Before an expression: they apply to it, so that the expression is not what the relation is about.
FUNCTIONS = _words(
    "of root sqrt cbrt log ln sin cos tan abs max min gcd lcm average mean median half double twice triple square cube "
    "than per between from negative if whether not suppose assume does unless"
)
# Before a number that is a name: "Step 2 - 3 + 4 = 7".
LABELS = _words("step part case question problem example line stage number item exercise day week round")
# After "is": they take a statement back: "3 + 4 = 8 is wrong".
DENIALS = _words("wrong false incorrect not impossible untrue")
