"""Run by PlatformIO when a project names it:  extra_scripts = post:<path of this file>

Makes firmware.bin with Flotilla's bootloader in its first sector instead of the Arduino core's eboot. The core's build
script names eboot.elf in the command that makes firmware.bin; behind that command its elf2bin.py runs once more, with the
bootloader that ./make has built by PlatformIO's own cross compiler."""
import inspect
import pathlib

Import("env")  # noqa: F821: PlatformIO's scripts are SCons scripts
env = env  # noqa: F821

here = pathlib.Path(env.subst("$PROJECT_DIR"), inspect.getfile(inspect.currentframe())).resolve().parent
platform = env.PioPlatform()
core = pathlib.Path(platform.get_package_dir("framework-arduinoespressif8266"))
tools = pathlib.Path(platform.get_package_dir("toolchain-xtensa"), "bin")
firmware = "$BUILD_DIR/${PROGNAME}.bin"

bootloader = env.Command(
    "$BUILD_DIR/bootloader/bootloader.elf",
    [str(here / "make")] + sorted(str(file) for file in here.rglob("*") if file.suffix in (".c", ".h", ".ld")),
    env.VerboseAction(f'"$PYTHONEXE" "$SOURCE" --output "${{TARGET.dir}}" --tools "{tools / "xtensa-lx106-elf-"}"',
                      "Building $TARGET"))

# The options of the core's own command (its tools/platformio-build.py).
command = ['"$PYTHONEXE"', f'"{core / "tools/elf2bin.py"}"', "--eboot", f'"{bootloader[0].get_abspath()}"', "--app", '"$SOURCE"',
           "--flash_mode", "$BOARD_FLASH_MODE", "--flash_freq", "${__get_board_f_flash(__env__)}",
           "--flash_size", "${__get_flash_size(__env__)}", "--path", f'"{tools}"', "--out", '"$TARGET"']
if env.BoardConfig().get("build.gzip_fw", False):
    command += ["--gzip", "PIO"]
env.Depends(firmware, bootloader)
env.AddPostAction(firmware, env.VerboseAction(" ".join(command), "Building $TARGET with Flotilla's bootloader"))
