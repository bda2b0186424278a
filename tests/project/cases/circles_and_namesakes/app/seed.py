import app.base
