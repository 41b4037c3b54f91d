import pytest

from tests.website.data_files import Data


@pytest.fixture
def data(tmp_path):
    return Data(tmp_path)
