"""`manage.py deliver`: on the officers' machine, make the bundle of a sealed dump. No network, no database."""

import tempfile
import zipfile
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from campaign import keyfile
from campaign.actions.delivering.dumps import Dump, Spool, make_bundle
from campaign.actions.delivering.records import UnreadableError
from campaign.crypto import SealBrokenError
from campaign.exports import age
from campaign.exports.checker.notes import fingerprint
from campaign.exports.manifest import MANIFEST
from campaign.exports.pdf import TypesettingError
from campaign.exports.zips import Entry, archive
from campaign.management.commands.keys import read
from campaign.management.passphrase import add_passphrase_argument, passphrase


class Command(BaseCommand):
    help = "Make the encrypted bundle for an addressee of the sealed dump that the admin gave out. Run it offline."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("dump", type=Path, help="the dump, as it was downloaded")
        parser.add_argument("--delivery-key", type=Path, required=True, help="the officers' key file")
        parser.add_argument("--output", type=Path, required=True, help="where the encrypted bundle goes; a new file")
        parser.add_argument(
            "--recipient", default="", metavar="age1…", help="the addressee's key, instead of the dump's"
        )
        add_passphrase_argument(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        output: Path = options["output"]
        if output.exists():
            raise CommandError(f"{output} is there already. Name another.")
        try:
            private = keyfile.unlock(read(options["delivery_key"]), passphrase(options["passphrase_file"]))
            dump = Dump(options["dump"])
            with tempfile.TemporaryDirectory(dir=output.parent) as folder:
                files = make_bundle(dump, private, Spool(Path(folder, "spool")))
                self._write(files, dump, output, options["recipient"] or dump.facts.age_key)
        except (keyfile.KeyFileError, age.KeyUnusableError) as error:
            raise CommandError(str(error)) from error
        except (KeyError, ValueError, OSError, zipfile.BadZipFile) as error:
            raise CommandError(f"{options['dump']} is no dump that can be read ({type(error).__name__}).") from error
        except (SealBrokenError, UnreadableError) as error:
            raise CommandError("This key does not open the dump, or a name in it is not what the log has.") from error
        except TypesettingError as error:
            raise CommandError(f"A PDF could not be made: {error}.") from error

    def _write(self, files: list[Entry], dump: Dump, output: Path, recipient: str) -> None:
        made = "" if recipient else age.new_passphrase()
        outer = age.for_key(recipient) if recipient else age.for_passphrase(made)
        with output.open("xb") as file:
            output.chmod(0o600)
            file.writelines(outer.encrypt(archive(files)))
        (manifest,) = (entry.measure.sha256 for entry in files if entry.name == MANIFEST)
        self.stdout.write(f"{output}: delivery No. {dump.facts.number} to {dump.facts.addressee}, encrypted.")
        if made:
            self.stdout.write(f"Passphrase, to be told by another way than the file: {made}")
        self.stdout.write(f"Fingerprint of the log's key: {fingerprint(dump.facts.log_key)}")
        self.stdout.write(f"SHA-256 of the manifest, for the admin: {manifest}")
