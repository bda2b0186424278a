"""The tests of the API. They read neither the settings of a developer's shell nor a `.env`.

So no mail goes out, and no Redis is emptied. It is done here, before a test imports the application.
"""

import os

from app.config import Settings

Settings.model_config["env_file"] = None
for _name in Settings.model_fields:
    os.environ.pop(_name.upper(), None)
os.environ["ENVIRONMENT"] = "test"
