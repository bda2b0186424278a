from fastapi import FastAPI

import used

app = FastAPI()
