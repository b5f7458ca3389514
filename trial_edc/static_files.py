"""Static files with a hash of their content in the name, scripts that other scripts import included."""

from whitenoise.storage import CompressedManifestStaticFilesStorage

# Django's own switch for this reads every script, those of packages too, and trips over examples in comments.
_IMPORTS = (
    (
        r"""(?P<matched>import\s(?P<names>[^;"']*?)\sfrom\s*"(?P<url>\./[^"]+)"\s*;)""",
        'import %(names)s from "%(url)s";',
    ),
    (r"""(?P<matched>import\s*"(?P<url>\./[^"]+)"\s*;)""", 'import "%(url)s";'),
)


class HashedFiles(CompressedManifestStaticFilesStorage):
    patterns = (*CompressedManifestStaticFilesStorage.patterns, ("js/*.js", _IMPORTS))
