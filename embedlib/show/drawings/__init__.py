"""Board drawings of the chapters, one module a topic; ``from embedlib import draw`` is this package."""

from embedlib.show.drawings.angles import *  # noqa: F403
from embedlib.show.drawings.arrows import *  # noqa: F403
from embedlib.show.drawings.context import *  # noqa: F403
from embedlib.show.drawings.counting import *  # noqa: F403
from embedlib.show.drawings.families import *  # noqa: F403
from embedlib.show.drawings.filters import *  # noqa: F403
from embedlib.show.drawings.flattening import *  # noqa: F403
from embedlib.show.drawings.fusing import *  # noqa: F403
from embedlib.show.drawings.guessing import *  # noqa: F403
from embedlib.show.drawings.histories import *  # noqa: F403
from embedlib.show.drawings.joining import *  # noqa: F403
from embedlib.show.drawings.pictures import *  # noqa: F403
from embedlib.show.drawings.pieces import *  # noqa: F403
from embedlib.show.drawings.pooling import *  # noqa: F403
from embedlib.show.drawings.ranking import *  # noqa: F403
from embedlib.show.drawings.reading import *  # noqa: F403
from embedlib.show.drawings.searching import *  # noqa: F403
from embedlib.show.drawings.senses import *  # noqa: F403
from embedlib.show.drawings.tasks import *  # noqa: F403
from embedlib.show.drawings.translating import *  # noqa: F403
