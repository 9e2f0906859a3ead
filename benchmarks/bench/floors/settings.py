from config.settings import DATABASES as DATABASES
from config.settings import SECRET_KEY as SECRET_KEY

ALLOWED_HOSTS = ["127.0.0.1"]
ROOT_URLCONF = "benchmarks.bench.floors.urls"
WSGI_APPLICATION = "benchmarks.bench.floors.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
