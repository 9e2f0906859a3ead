from tests.chat.conftest import connects as connects
from tests.conversations.conftest import operator as operator
from tests.conversations.conftest import see as see
