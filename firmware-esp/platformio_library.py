"""Run by PlatformIO before each build (platformio.ini): packages the library, and makes the environment's example the
sketch to build."""
import pathlib
import subprocess

Import("env")  # noqa: F821: PlatformIO's scripts are SCons scripts

folder = pathlib.Path(env.subst("$PROJECT_DIR"))  # noqa: F821
subprocess.run(["python3", str(folder / "package"), "--output", str(folder / ".pio/library"), "--no-zip"], check=True)
env.Replace(PROJECT_SRC_DIR=str(folder / "examples" / env.GetProjectOption("custom_example")))  # noqa: F821
